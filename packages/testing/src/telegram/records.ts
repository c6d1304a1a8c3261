import type { Params } from './params.ts'

/** One message of the bot as people in the chat see it. */
export type SentMessage = {
  chat: number
  thread?: number
  messageId: number
  /** What is read now, after parsing and after every edit. */
  text: string
  /** The markup behind `text`, where it was sent with `parse_mode: HTML`. */
  html?: string
  replyTo?: number
  edits: { text: string; at: number }[]
  /** ms since 1970. */
  at: number
  deletedAt?: number
}

/** A preview that leaves nothing behind; it is on the screen until `shownUntil` (ms since 1970). */
export type Draft = { chat: number; thread?: number; draftId: number; text: string; at: number; shownUntil: number }

type ChatAction = { chat: number; thread?: number; action: string; at: number }

/** `status` is missing while the call is handled, and where its connection was dropped. */
export type Call = { method: string; chat?: number; params: Params; at: number; status?: number }

/** One attempt to hand an update to the webhook: `status` 0 stands for no answer. */
type WebhookAttempt = { updateId: number; status: number; at: number; durationMs: number }

/** Everything that happened, in order. */
export type Records = ReturnType<typeof createRecords>

export function createRecords() {
  const sent: SentMessage[] = []
  const drafts: Draft[] = []
  const actions: ChatAction[] = []
  const calls: Call[] = []
  const webhookAttempts: WebhookAttempt[] = []
  return { sent, drafts, actions, calls, webhookAttempts }
}

/** What people read in a chat or topic now, in order. */
export function textsOf(sent: readonly SentMessage[], { id, thread }: { id: number; thread?: number }): string[] {
  const isThere = (message: SentMessage) =>
    message.chat === id && message.thread === thread && message.deletedAt === undefined
  return sent.filter(isThere).map(message => message.text)
}
