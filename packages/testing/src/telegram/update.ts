import type { Chat, Entity, Message, Update, User } from './wire.ts'

export type UpdateOptions = {
  text: string
  updateId?: number
  messageId?: number
  /** The chat's id: positive for a private chat, negative for a group, `-100…` for a supergroup. */
  chat?: number
  from?: Partial<User>
  /** Seconds since 1970; default now. */
  date?: number
  thread?: number
  entities?: Entity[]
  replyTo?: Message
  /** An edit of the message: the update is an `edited_message`. */
  edited?: boolean
}

/** An update with one text message, as the Bot API writes it; the same arguments give the same update. */
export function telegramUpdate(options: UpdateOptions): Update {
  const { text, updateId = 1, messageId = 1, chat = 1_000_001, thread, edited = false, replyTo } = options
  const date = options.date ?? nowInSeconds()
  const from = person({ id: chat > 0 ? chat : 1_000_001, ...options.from })
  const message: Message = {
    message_id: messageId,
    from,
    chat: chatOf(chat, from, thread !== undefined),
    date,
    ...(edited ? { edit_date: date } : {}),
    ...(thread === undefined ? {} : { message_thread_id: thread, is_topic_message: true }),
    ...(replyTo === undefined ? {} : { reply_to_message: quoted(replyTo) }),
    text,
    entities: options.entities ?? entitiesOf(text),
  }
  return edited ? { update_id: updateId, edited_message: message } : { update_id: updateId, message }
}

export const nowInSeconds = (): number => Math.floor(Date.now() / 1000)

export const person = (fields: Partial<User> & { id: number }): User => ({
  is_bot: false,
  first_name: `Person ${fields.id}`,
  language_code: 'en',
  ...fields,
})

/** Replies go one level deep: the message answered does not show what it answered itself. */
export function quoted(message: Message): Message {
  const { reply_to_message: _, ...shallow } = message
  return shallow
}

function chatOf(id: number, from: User, isForum: boolean): Chat {
  if (id > 0) return { id, type: 'private', first_name: from.first_name, username: from.username }
  const isSupergroup = String(id).startsWith('-100')
  return {
    id,
    type: isSupergroup ? 'supergroup' : 'group',
    title: `Group ${id}`,
    ...(isForum ? { is_forum: true } : {}),
  }
}

/** What a client marks by itself: commands and mentions by name, at the start or after a space. */
export function entitiesOf(text: string): Entity[] | undefined {
  const found = text.matchAll(/(?<!\S)(?:\/\w{1,64}(?:@\w{3,32})?|@\w{3,32})(?!\w)/g)
  const entities = Array.from(found, match => ({
    type: match[0].startsWith('/') ? 'bot_command' : 'mention',
    offset: match.index,
    length: match[0].length,
  }))
  return entities.length > 0 ? entities : undefined
}
