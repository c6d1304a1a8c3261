import type { ChatState, Chats } from './chats.ts'
import { type Formatted, parseHtml } from './html.ts'
import { flag, integer, nested, object, type Params, string } from './params.ts'
import type { Records, SentMessage } from './records.ts'
import { badRequest } from './refused.ts'
import { nowInSeconds, quoted } from './update.ts'
import type { Entity, Message, User } from './wire.ts'

/** UTF-16 code units, after parsing. */
const LONGEST_TEXT = 4096

type Deps = { bot: User; chats: Chats; records: Records; onSent: ((message: SentMessage) => void) | undefined }

/** The methods that write, change and remove messages. */
export function messageMethods({ bot, chats, records, onSent }: Deps) {
  const written = new Map<Message, SentMessage>()

  function sendMessage(params: Params): Message {
    const chat = chats.writable(chatIdOf(params))
    const { text, entities } = formatted(params)
    if (text === '') throw badRequest('message text is empty')
    const thread = threadOf(params, chat)
    const answered = answeredBy(params, chat)
    const message = chats.write(chat, {
      from: bot,
      ...(thread === undefined ? {} : { message_thread_id: thread, is_topic_message: true }),
      ...(answered === undefined ? {} : { reply_to_message: quoted(answered) }),
      text,
      ...(entities.length > 0 ? { entities } : {}),
    })
    const sent: SentMessage = {
      chat: chat.info.id,
      ...(thread === undefined ? {} : { thread }),
      messageId: message.message_id,
      text,
      ...htmlOf(params),
      ...(answered === undefined ? {} : { replyTo: answered.message_id }),
      edits: [],
      at: Date.now(),
    }
    written.set(message, sent)
    records.sent.push(sent)
    onSent?.(sent)
    return message
  }

  function editMessageText(params: Params): Message {
    const chat = chats.writable(chatIdOf(params))
    const message = chat.messages.get(integer(params, 'message_id') ?? 0)
    if (!message) throw badRequest('message to edit not found')
    const sent = written.get(message)
    if (!sent) throw badRequest("message can't be edited")
    const { text, entities } = formatted(params)
    if (text === '') throw badRequest('message text is empty')
    if (text === message.text && isSame(entities, message.entities ?? [])) throw badRequest(NOT_MODIFIED)
    Object.assign(message, { text, entities: entities.length > 0 ? entities : undefined, edit_date: nowInSeconds() })
    delete sent.html
    Object.assign(sent, { text, ...htmlOf(params) })
    sent.edits.push({ text, at: Date.now() })
    return message
  }

  function deleteMessage(params: Params): true {
    const chat = chats.writable(chatIdOf(params))
    const message = chat.messages.get(integer(params, 'message_id') ?? 0)
    if (!message) throw badRequest('message to delete not found')
    chat.messages.delete(message.message_id)
    const sent = written.get(message)
    if (sent) sent.deletedAt = Date.now()
    return true
  }

  function setMessageReaction(params: Params): true {
    const chat = chats.writable(chatIdOf(params))
    const reactions = nested(params, 'reaction') ?? []
    if (!Array.isArray(reactions)) throw badRequest("can't parse reaction types JSON object")
    if (reactions.length > 1) throw badRequest('REACTIONS_TOO_MANY')
    if (!chat.messages.has(integer(params, 'message_id') ?? 0)) throw badRequest('message to react not found')
    return true
  }

  return { sendMessage, editMessageText, deleteMessage, setMessageReaction }
}

const NOT_MODIFIED =
  'message is not modified: specified new message content and reply markup are exactly the same ' +
  'as a current content and reply markup of the message'

/** The chat of a call; a `@name` finds nobody, for chats here have no names. */
export const chatIdOf = (params: Params): number | undefined =>
  string(params, 'chat_id')?.startsWith('@') ? 0 : integer(params, 'chat_id')

/** The text of a call as people will see it: parsed, its ends trimmed; empty where there is nothing to see. */
export function formatted(params: Params): Formatted {
  const raw = string(params, 'text') ?? ''
  const mode = string(params, 'parse_mode')?.toLowerCase() ?? ''
  // MarkdownV2 and Markdown are left out: nothing here sends them.
  if (mode !== '' && mode !== 'html') throw badRequest('unsupported parse_mode')
  const { text, entities } = trimmed(mode === 'html' ? parseHtml(raw) : { text: raw, entities: entitiesParam(params) })
  if (text.length > LONGEST_TEXT) throw badRequest('message is too long')
  return { text, entities }
}

function entitiesParam(params: Params): Entity[] {
  const entities = nested(params, 'entities') ?? []
  if (!Array.isArray(entities)) throw badRequest("can't parse entities: Expected an Array of entities")
  return entities
}

function trimmed({ text, entities }: Formatted): Formatted {
  const cut = text.length - text.trimStart().length
  const rest = text.trim()
  const inside = entities.flatMap(entity => {
    const start = Math.max(entity.offset - cut, 0)
    const end = Math.min(entity.offset - cut + entity.length, rest.length)
    return end > start ? [{ ...entity, offset: start, length: end - start }] : []
  })
  return { text: rest, entities: inside }
}

/** The topic a call writes to; outside a forum there are none. */
export function threadOf(params: Params, chat: ChatState): number | undefined {
  const thread = integer(params, 'message_thread_id')
  if (thread !== undefined && !chat.topics.has(thread)) throw badRequest('message thread not found')
  return thread
}

function answeredBy(params: Params, chat: ChatState): Message | undefined {
  const reply = object(params, 'reply_parameters')
  const id = reply ? integer(reply, 'message_id') : integer(params, 'reply_to_message_id')
  if (id === undefined) return undefined
  const answered = chat.messages.get(id)
  if (!answered && !flag(reply ?? params, 'allow_sending_without_reply'))
    throw badRequest('message to be replied not found')
  return answered
}

function htmlOf(params: Params): { html?: string } {
  const isHtml = string(params, 'parse_mode')?.toLowerCase() === 'html'
  return isHtml ? { html: string(params, 'text') ?? '' } : {}
}

const isSame = (one: Entity[], other: Entity[]): boolean => JSON.stringify(one) === JSON.stringify(other)
