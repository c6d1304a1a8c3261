import type { ConversationId } from './conversation.ts'
import type { InboundMessage } from './message.ts'

/**
 * One pass over a conversation: every message that waited, answered by one reply. A retry sees the same messages and
 * the same `replyId`.
 */
export type Turn = {
  replyId: string
  conversation: ConversationId
  /** At least one, in order; never changed by a retry. */
  messages: [InboundMessage, ...InboundMessage[]]
  /** 1 for the first; the fence: what an older attempt writes is refused. */
  attempt: number
  /** Attempts that failed by an error of their own. */
  failures: number
  /** Attempts that ended without a word: their worker was killed. */
  crashes: number
  /** When it was first taken, ms since 1970. */
  startedAt: number
}
