import type { ChatState, Chats } from './chats.ts'
import { entitiesOf, nowInSeconds, person, quoted } from './update.ts'
import type { Chat, Message, Update, User } from './wire.ts'

export type SayOptions = {
  /** Who writes; default the private chat's person, or one member of the group. */
  from?: Partial<User>
  /** The message it answers, the bot's or a person's, by its id. */
  replyTo?: number
  /** Not a new message: this one gets the new content. */
  edit?: number
}

/** A text, or the fields of a message that is more (`caption`, `photo`, `entities`, `quote` …). */
export type Content = string | Partial<Message>

export type TelegramChat = {
  id: number
  /** A topic's. */
  thread?: number
  /** A person writes: the update is queued for the bot, and given back. */
  say(content: Content, options?: SayOptions): Update
  /** The bot is blocked, or kicked from the group. */
  shut(): void
  reopen(): void
}

export type TelegramGroup = TelegramChat & {
  /** The group becomes a supergroup: the old chat is gone for the bot, the new one is returned. */
  migrate(): TelegramGroup
}

export type TelegramForum = TelegramGroup & {
  /** Opens a topic; `remove` deletes it. */
  topic(name: string): TelegramChat & { thread: number; remove(): void }
}

type Deps = {
  bot: User
  chats: Chats
  /** Queues an update for the bot. */
  push(fields: Omit<Update, 'update_id'>): Update
}

/** The people, and the chats they write in. */
export function createPeople({ bot, chats, push }: Deps) {
  let lastPerson = 1_000_000
  let lastGroup = 2_000_000
  const member = person({ id: 5_000_001, first_name: 'Member' })

  function privateChat({ id = ++lastPerson, name, language }: { id?: number; name?: string; language?: string } = {}) {
    const user = person({
      id,
      ...(name === undefined ? {} : { first_name: name }),
      ...(language === undefined ? {} : { language_code: language }),
    })
    return openChat({ id, type: 'private', first_name: user.first_name }, user)
  }

  function group({ title = 'Group' }: { title?: string } = {}): TelegramGroup {
    return openGroup({ id: -++lastGroup, type: 'group', title })
  }

  function forum({ title = 'Forum' }: { title?: string } = {}): TelegramForum {
    const info: Chat = { id: -1_000_000_000_000 - ++lastGroup, type: 'supergroup', title, is_forum: true }
    const chat = openGroup(info)
    return { ...chat, topic: name => openTopic(chats.open(info), name) }
  }

  function openGroup(info: Chat): TelegramGroup {
    return { ...openChat(info, member), migrate: () => migrate(info) }
  }

  function openTopic(forumChat: ChatState, name: string): ReturnType<TelegramForum['topic']> {
    const created = write(forumChat, member, {
      is_topic_message: true,
      forum_topic_created: { name, icon_color: 7322096 },
    })
    const thread = created.message_id
    created.message_thread_id = thread
    forumChat.topics.add(thread)
    push({ message: created })
    const remove = () => void forumChat.topics.delete(thread)
    return { ...openChat(forumChat.info, member, created), thread, remove }
  }

  /** In a topic every message that answers nothing else shows the topic's first one as answered. */
  function openChat(info: Chat, author: User, topic?: Message): TelegramChat {
    const chat = chats.open(info)
    const place = topic && { message_thread_id: topic.message_id, is_topic_message: true as const }

    function say(content: Content, { from, replyTo, edit }: SayOptions = {}): Update {
      const fields = typeof content === 'string' ? { text: content, entities: entitiesOf(content) } : content
      if (edit !== undefined) return change(chat, edit, fields)
      const answered = replyTo === undefined ? topic : chat.messages.get(replyTo)
      const reply = answered && { reply_to_message: quoted(answered) }
      return push({ message: write(chat, person({ ...author, ...from }), { ...place, ...reply, ...fields }) })
    }

    return {
      id: info.id,
      ...(topic ? { thread: topic.message_id } : {}),
      say,
      shut: () => setShut(chat, author, true),
      reopen: () => setShut(chat, author, false),
    }
  }

  function setShut(chat: ChatState, from: User, shut: boolean): void {
    const status = (isOut: boolean) => ({ user: bot, status: isOut ? 'kicked' : 'member' })
    const change = { old_chat_member: status(chat.shut), new_chat_member: status(shut) }
    chat.shut = shut
    push({ my_chat_member: { chat: chat.info, from, date: nowInSeconds(), ...change } })
  }

  function change(chat: ChatState, id: number, fields: Partial<Message>): Update {
    const message = chat.messages.get(id)
    if (!message) throw new Error(`no message ${id} to edit`)
    const edited = { ...message, ...fields, edit_date: nowInSeconds() }
    chat.messages.set(id, edited)
    return push({ edited_message: edited })
  }

  /** Both chats say so, each by a service message. */
  function migrate(info: Chat): TelegramGroup {
    const old = chats.open(info)
    const next: Chat = { id: -1_000_000_000_000 - ++lastGroup, type: 'supergroup', title: info.title }
    const supergroup = openGroup(next)
    old.migratedTo = next.id
    push({ message: write(old, member, { migrate_to_chat_id: next.id }) })
    push({ message: write(chats.open(next), member, { migrate_from_chat_id: info.id }) })
    return supergroup
  }

  const write = (chat: ChatState, from: User, fields: Partial<Message>) => chats.write(chat, { from, ...fields })

  return { privateChat, group, forum }
}
