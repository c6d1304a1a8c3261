import type { ConversationId, Reply } from '@waystation/domain'
import type { ChainableCommander } from 'ioredis'

/** As long as a browser may come back to find its conversation; every event starts the time anew. */
export const KEEP_SECONDS = 30 * 24 * 60 * 60
/** What a reload shows again: some 400 questions and answers. */
export const MAX_EVENTS = 1000

/** What one event of a conversation tells the page. Telling it twice changes nothing. */
export type ChatEvent =
  | { type: 'message'; id: string; text: string; at: number }
  | {
      type: 'reply'
      replyId: string
      /** The message it answers. */
      inReplyTo: Reply['inReplyTo']
      state: Reply['state']
      /** What stays of the text shown before, in UTF-16 units; `text` is what follows. */
      from: number
      text: string
      route?: { tier: 'local' | 'commercial'; model: string }
    }

/** Not kept: it means something only to those who look right now. */
export type PassingEvent = { type: 'typing' }

/**
 * Name of a conversation's stream of events, and of the channel beside it. The stream is the truth. On the channel an
 * empty message says that the stream grew, any other is a `PassingEvent`.
 */
export const eventsKey = (conversation: ConversationId) => `waystation:{${conversation}}:events`

/** Adds an event to a transaction and wakes those who follow. */
export function append(transaction: ChainableCommander, conversation: ConversationId, event: ChatEvent) {
  const key = eventsKey(conversation)
  return transaction
    .xadd(key, 'MAXLEN', '~', MAX_EVENTS, '*', 'event', JSON.stringify(event))
    .expire(key, KEEP_SECONDS)
    .publish(key, '')
}
