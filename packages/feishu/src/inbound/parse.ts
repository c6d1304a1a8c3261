import type { InboundMessage, Received } from '@waystation/domain'
import { type Arrival, conversationIn, senderOf } from './arrival.ts'
import type { Bot } from './bot.ts'
import { parseAction } from './card.ts'
import { readContent } from './content.ts'
import {
  envelopeSchema,
  type MessageEvent,
  messageEventSchema,
  type RecallEvent,
  read,
  recallEventSchema,
  schemaOneSchema,
} from './event.ts'
import { ignore, unansweredContent, unansweredEvents } from './ignored.ts'
import { readText } from './text.ts'
import { parseBotAdded, parseChatEntered } from './welcome.ts'

/**
 * What one event asks of the bot, by webhook or over a long connection (there `header.token` is empty). Whatever asks
 * for no answer is named in `ignored`; unknown fields and kinds do not matter. Throws `Rejected`: `bad_event` where a
 * field that is read has the wrong type, `bad_button` for a button that is not ours.
 */
export function parseEvent(raw: unknown, arrival: Arrival): Received {
  if (schemaOneSchema.safeParse(raw).success) return ignore('schema_1')
  const { header, event } = read(envelopeSchema, raw)
  switch (header.event_type) {
    case 'im.message.receive_v1':
      return parseMessage(read(messageEventSchema, event), arrival)
    case 'im.message.recalled_v1':
      return parseRecall(read(recallEventSchema, event), arrival)
    case 'im.chat.access_event.bot_p2p_chat_entered_v1':
      return parseChatEntered(event, header, arrival)
    case 'im.chat.member.bot.added_v1':
      return parseBotAdded(event, header, arrival)
    case 'card.action.trigger':
      return parseAction(event, header, arrival)
    default:
      return ignore(unansweredEvents.get(header.event_type) ?? 'unknown')
  }
}

function parseMessage({ sender, message }: MessageEvent, arrival: Arrival): Received {
  // Two bots that answer each other would never end.
  if (sender.sender_type !== 'user') return ignore('from_bot')
  const openId = sender.sender_id?.open_id
  if (openId === undefined) return ignore('no_sender')
  const content = readContent(message)
  if (!content) return ignore(unansweredContent.find(type => type === message.message_type) ?? 'unknown')

  const { bot, receivedAt, traceId } = arrival
  const mentioned = message.mentions ?? []
  const words = readText(content.text, mentioned, bot)
  if (words.text === '' && content.attachments.length === 0) return ignore('empty')
  const replyTo = replyToOf(message)
  const parsed: InboundMessage = {
    id: message.message_id,
    conversation: conversationIn(arrival, message.chat_id, message.thread_id),
    sender: senderOf(openId, { language: languageOf(message) ?? arrival.language }),
    ...words,
    attachments: content.attachments,
    ...(replyTo === undefined ? {} : { replyTo }),
    addressed: addressedOf(message, bot),
    sentAt: message.create_time,
    receivedAt,
    traceId,
  }
  return { messages: [parsed], ignored: [] }
}

/** The Feishu of whoever wrote says which language it speaks: `… LarkLocale/en_US …`. */
const languageOf = ({ user_agent }: MessageEvent['message']): string | undefined =>
  /LarkLocale\/([a-z]{2,3}(?:_[a-z]{2,4})?)\b/i.exec(user_agent ?? '')?.[1]?.replace('_', '-')

/** Whose message was answered, and what it said, is not told. */
function replyToOf({ parent_id, root_id, thread_id }: MessageEvent['message']): InboundMessage['replyTo'] {
  if (parent_id === undefined) return undefined
  // Every message of a topic "replies" to the one that opened it.
  if (thread_id !== undefined && parent_id === root_id) return undefined
  return { id: parent_id, toBot: false }
}

/** By id: names are not unique, and `mentioned_type` says only that it is some bot. */
function addressedOf({ chat_type, mentions = [] }: MessageEvent['message'], bot: Bot): InboundMessage['addressed'] {
  if (chat_type === 'p2p') return 'direct'
  return mentions.some(({ openId }) => openId === bot.openId) ? 'mention' : 'no'
}

/** Of a message in a topic too the event names only the chat: whoever looks for it must look in the topics as well. */
function parseRecall({ message_id, chat_id }: RecallEvent, arrival: Arrival): Received {
  const recall = { conversation: conversationIn(arrival, chat_id), messageId: message_id }
  return { messages: [], recalls: [recall], ignored: [] }
}
