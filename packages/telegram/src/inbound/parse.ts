import { conversationId, type InboundMessage, type Received, Rejected, type Sender } from '@waystation/domain'
import { attachmentsOf } from './attachments.ts'
import type { Bot } from './bot.ts'
import { unansweredContent, unansweredKinds } from './ignored.ts'
import { nameOf, readText, type Words } from './text.ts'
import { type Message, type Update, updateSchema } from './update.ts'

/** When and for which bot an update was received, and the id by which logs follow it. */
export type Arrival = { bot: Bot; receivedAt: number; traceId: string }

/**
 * What one update asks of the bot. Whatever asks for no answer is named in `ignored`; unknown fields and kinds do not
 * matter. Throws `Rejected('bad_update')` where a field that is read has the wrong type.
 */
export function parseUpdate(raw: unknown, arrival: Arrival): Received {
  const { data: update } = updateSchema.safeParse(raw)
  if (!update) throw new Rejected('bad_update')
  const { message, edited_message } = update
  if (message) return parseMessage(message, arrival)
  if (edited_message) return parseEdit(edited_message, arrival)
  return ignore(kindOf(update))
}

const ignore = (reason: string): Received => ({ messages: [], ignored: [reason] })

const kindOf = (update: Update): string => unansweredKinds.find(kind => kind in update) ?? 'unknown'

function parseEdit(message: Message, arrival: Arrival): Received {
  // A live location moves every few seconds, and a changed picture asks nothing.
  if (!(message.text ?? message.caption)) return ignore('edited_media')
  const parsed = parseMessage(message, arrival)
  const editedAt = message.edit_date ?? message.date
  return {
    ...parsed,
    messages: parsed.messages.map(edited => ({ ...edited, id: `${edited.id}.e${editedAt}`, edits: edited.id })),
  }
}

function parseMessage(message: Message, { bot, receivedAt, traceId }: Arrival): Received {
  if (message.chat.type === 'channel') return ignore('channel_post')
  if (message.is_automatic_forward) return ignore('automatic_forward')
  const sender = senderOf(message)
  if (!sender) return ignore(message.from ? 'from_bot' : 'no_sender')
  const written = message.text ?? message.caption ?? ''
  const attachments = attachmentsOf(message)
  if (written.trim() === '' && attachments.length === 0) return ignore(contentOf(message))

  const words = readText(written, message.entities ?? message.caption_entities ?? [], bot)
  const replyTo = replyToOf(message, bot)
  const parsed: InboundMessage = {
    id: String(message.message_id),
    conversation: conversationId({
      channel: 'telegram',
      bot: String(bot.id),
      chat: String(message.chat.id),
      ...(isInTopic(message) ? { thread: String(message.message_thread_id) } : {}),
    }),
    sender,
    // Somebody who writes just the bot's name wants something all the same.
    text: words.text === '' ? written.trim() : words.text,
    ...(words.command === undefined ? {} : { command: words.command }),
    attachments,
    mentions: words.mentions,
    ...(replyTo === undefined ? {} : { replyTo }),
    addressed: addressedOf(message, words, replyTo),
    sentAt: message.date * 1000,
    receivedAt,
    traceId,
  }
  return { messages: [parsed], ignored: [] }
}

/** Nobody where a bot writes: two bots that answer each other would never end. */
function senderOf({ from, sender_chat }: Message): Sender | undefined {
  // Then `from` is a stand-in, a bot by name.
  if (sender_chat) return { id: String(sender_chat.id), ...(sender_chat.title ? { name: sender_chat.title } : {}) }
  if (!from || from.is_bot) return undefined
  return {
    id: String(from.id),
    name: nameOf(from),
    ...(from.language_code === undefined ? {} : { language: from.language_code }),
  }
}

const contentOf = (message: Message): string => unansweredContent.find(content => content in message) ?? 'empty'

/** Replies in an ordinary group carry a thread's number too, without being in a topic. */
const isInTopic = ({ is_topic_message, message_thread_id }: Message): boolean =>
  is_topic_message === true && message_thread_id !== undefined

function replyToOf(message: Message, bot: Bot): InboundMessage['replyTo'] {
  const { reply_to_message: answered, quote } = message
  // What is quoted from another chat has no id in this one.
  if (!answered) return quote && { id: 'elsewhere', text: quote.text, toBot: false }
  // Every message of a topic "replies" to the one that opened it.
  if (isInTopic(message) && answered.message_id === message.message_thread_id) return undefined
  const text = quote?.text ?? answered.text ?? answered.caption
  return {
    id: String(answered.message_id),
    ...(text === undefined ? {} : { text }),
    toBot: answered.from?.id === bot.id,
  }
}

function addressedOf({ chat }: Message, { calls }: Words, replyTo: InboundMessage['replyTo']) {
  if (chat.type === 'private') return 'direct'
  if (calls.bot !== 'no') return calls.bot
  return replyTo?.toBot && !calls.other ? 'reply' : 'no'
}
