import type { InboundMessage, Received } from '@waystation/domain'
import { type Arrival, conversationIn, senderOf } from './arrival.ts'
import { botAddedEventSchema, chatEnteredEventSchema, type Header, read } from './event.ts'
import { ignore } from './ignored.ts'

/** Comes whenever somebody opens the chat with the bot; only before the first message it is news. */
export function parseChatEntered(raw: unknown, header: Header, arrival: Arrival): Received {
  const { chat_id, operator_id, last_message_id } = read(chatEnteredEventSchema, raw)
  if (last_message_id !== undefined) return ignore('chat_entered')
  return start(chat_id, operator_id?.open_id, 'direct', header, arrival)
}

/** Somebody took the bot into a group. */
export function parseBotAdded(raw: unknown, header: Header, arrival: Arrival): Received {
  const { chat_id, operator_id } = read(botAddedEventSchema, raw)
  return start(chat_id, operator_id?.open_id, 'command', header, arrival)
}

function start(
  chat: string,
  openId: string | undefined,
  addressed: 'direct' | 'command',
  { create_time }: Header,
  arrival: Arrival,
): Received {
  if (openId === undefined) return ignore('no_sender')
  const message: InboundMessage = {
    // The same each time: a chat may be opened often before somebody writes.
    id: 'welcome',
    conversation: conversationIn(arrival, chat),
    sender: senderOf(openId, arrival),
    text: '/start',
    command: 'start',
    attachments: [],
    mentions: [],
    addressed,
    sentAt: create_time,
    receivedAt: arrival.receivedAt,
    traceId: arrival.traceId,
  }
  return { messages: [message], ignored: [] }
}
