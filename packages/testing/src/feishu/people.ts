import { type FeishuApp, hex } from './apps.ts'
import { type ChatState, type Chats, makePerson, openIdOf, type Person, type StoredMessage } from './chats.ts'
import { envelope, isTold, messageEvent, userIdOf } from './event.ts'
import { mentionsFor, type Named, type Saying, wordsOf } from './said.ts'
import type { FeishuEvent, MessageEvent } from './wire.ts'

type SayOptions = {
  /** Who writes; default the direct chat's person, or one member of the group. */
  from?: { openId?: string; name?: string }
  /** Whether the bot is mentioned (in groups true), or which bots are. */
  mention?: boolean | readonly FeishuApp[]
  /** Others who are mentioned after the bots; the text may hold their places: `@_user_2`. */
  mentions?: readonly { openId?: string; name: string }[]
  /** The message it answers, the bot's or a person's, by its id. */
  replyTo?: string
  /** What writes (`user`). */
  senderType?: string
}

export type FeishuChat = {
  /** `oc_…` */
  id: string
  /** A topic's, `omt_…`. */
  thread?: string
  /** A person writes: the bots in the chat are told as far as their scopes go, and the first one's event is returned. */
  say(saying: Saying, options?: SayOptions): MessageEvent
  /** A message is taken back. */
  recall(messageId: string): FeishuEvent
  /** The person stops the bot, or it is removed from the group. */
  shut(): void
  reopen(): void
}

export type FeishuTopic = FeishuChat & { thread: string }

/** `topic` begins one: what is said in it first is its root. */
export type FeishuP2p = FeishuChat & { openId: string; enter(): FeishuEvent; topic(): FeishuTopic }
export type FeishuGroup = FeishuChat & { addBot(app?: FeishuApp): FeishuEvent; topic(): FeishuTopic }

type Deps = {
  apps: readonly [FeishuApp, ...FeishuApp[]]
  chats: Chats
  /** Queues an event for the app it is addressed to. */
  push(app: FeishuApp, event: FeishuEvent): void
}

type Topic = { thread: string; root?: StoredMessage }

/** The people, and the chats they write in. */
export function createPeople({ apps, chats, push }: Deps) {
  const [first] = apps
  const member = chats.person(first, undefined, 'Member')
  const bots = new Map(apps.map(app => [app, makePerson(app, app.openId, app.name)]))

  function p2p({ openId, name, app = first }: P2pOptions = {}): FeishuP2p {
    const person = chats.person(app, openId, name)
    const chat = chats.direct(person, app)
    const operator = { chat_id: chat.id, operator_id: userIdOf(person, app) }
    return {
      ...openChat(chat, app, person),
      openId: openIdOf(person, app),
      enter: () => tell(app, 'im.chat.access_event.bot_p2p_chat_entered_v1', operator),
      topic: () => openTopic(chat, app, person),
    }
  }

  /** `takesThreads`: whether answers in a topic are allowed (true). */
  function group({ name = 'Group', members = [first], takesThreads = true }: GroupOptions = {}): FeishuGroup {
    const [app = first] = members
    const chat = chats.open({ type: 'group', name, takesThreads, bots: new Set(members.map(({ appId }) => appId)) })
    return {
      ...openChat(chat, app, member),
      addBot: (added = app) => addBot(chat, added),
      topic: () => openTopic(chat, app, member),
    }
  }

  function openTopic(chat: ChatState, app: FeishuApp, author: Person): FeishuTopic {
    const topic: Topic = { thread: `omt_${hex(16)}` }
    return { ...openChat(chat, app, author, topic), thread: topic.thread }
  }

  function openChat(chat: ChatState, app: FeishuApp, author: Person, topic?: Topic): FeishuChat {
    return {
      id: chat.id,
      ...(topic ? { thread: topic.thread } : {}),
      say: (saying, options = {}) => say({ chat, app, author, topic, saying, options }),
      recall: id => recall(chat, app, id),
      shut: () => setShut(chat, app, true),
      reopen: () => setShut(chat, app, false),
    }
  }

  function say({ chat, app, author, topic, saying, options }: Said): MessageEvent {
    const { from, mentions = [], replyTo, senderType = 'user', mention = chat.type === 'group' } = options
    const mentioned = mention === true ? [app] : mention || []
    const named: Named[] = [
      ...mentioned.flatMap(bot => bots.get(bot) ?? []).map(person => ({ kind: 'bot' as const, person })),
      ...mentions.map(other => ({ kind: 'user' as const, person: chats.person(first, other.openId, other.name) })),
    ]
    const names = named.map(({ person }) => person.name)
    const answered = replyTo === undefined ? topic?.root : chats.messages.get(replyTo)
    if (replyTo !== undefined && !answered) throw new Error(`no message ${replyTo} to answer`)
    const place = answered ? chats.below(answered) : topic ? { thread: topic.thread } : {}
    const message = chats.write(chat, place)
    if (topic) topic.root ??= message
    const person = from ? chats.person(app, from.openId, from.name) : author
    const written = { message, from: person, senderType, ...wordsOf(saying, names) }

    const eventFor = (told: FeishuApp) => messageEvent(told, written, mentionsFor(told, named))
    const own = eventFor(app)
    for (const told of botsIn(chat))
      if (isTold(told, chat, mentioned.includes(told))) push(told, told === app ? own : eventFor(told))
    return own
  }

  function recall(chat: ChatState, app: FeishuApp, id: string): FeishuEvent {
    const message = chats.messages.get(id)
    if (!message) throw new Error(`no message ${id} to recall`)
    message.recalledAt = Date.now()
    if (message.sent) message.sent.recalledAt = message.recalledAt
    // Somebody else's message can only be taken back by the owner of the group.
    const recall_type = message.sent ? 'group_owner' : 'message_owner'
    const recalled = { message_id: id, chat_id: chat.id, recall_time: String(message.recalledAt), recall_type }
    const events = botsIn(chat).map(told => tell(told, 'im.message.recalled_v1', recalled))
    return events.find(({ header }) => header.app_id === app.appId) ?? envelope(app, 'im.message.recalled_v1', recalled)
  }

  function setShut(chat: ChatState, app: FeishuApp, isShut: boolean): void {
    if (chat.type === 'p2p') chat.isStopped = isShut
    else if (!isShut) addBot(chat, app)
    else if (chat.bots.delete(app.appId)) tell(app, 'im.chat.member.bot.deleted_v1', membershipOf(chat, app))
  }

  function addBot(chat: ChatState, app: FeishuApp): FeishuEvent {
    chat.bots.add(app.appId)
    return tell(app, 'im.chat.member.bot.added_v1', membershipOf(chat, app))
  }

  function membershipOf({ id, name }: ChatState, app: FeishuApp): object {
    const operator = { operator_id: userIdOf(member, app), operator_tenant_key: app.tenantKey }
    return { chat_id: id, ...operator, external: false, name, i18n_names: { zh_cn: name } }
  }

  function tell(app: FeishuApp, type: string, body: object): FeishuEvent {
    const event = envelope(app, type, { ...body })
    push(app, event)
    return event
  }

  const botsIn = (chat: ChatState): FeishuApp[] =>
    chat.isStopped ? [] : apps.filter(({ appId }) => chat.bots.has(appId))

  return { p2p, group }
}

type P2pOptions = { openId?: string; name?: string; app?: FeishuApp | undefined }

type GroupOptions = { name?: string; members?: readonly FeishuApp[]; takesThreads?: boolean }

type Said = {
  chat: ChatState
  app: FeishuApp
  author: Person
  topic: Topic | undefined
  saying: Saying
  options: SayOptions
}
