/** One message of a bot as people in the chat see it. */
export type SentFeishuMessage = {
  /** The app's id. */
  app: string
  chat: string
  thread?: string
  messageId: string
  type: string
  /** What is read now, after every edit and every update of its card. */
  text: string
  /** Of the CardKit entity it shows. */
  cardId?: string
  /** The labels of its buttons now. */
  buttons: string[]
  replyTo?: string
  /** ms since 1970. */
  at: number
  edits: { text: string; at: number }[]
  recalledAt?: number
}

/** One card entity of CardKit. */
export type FeishuCard = {
  cardId: string
  app: string
  /** Where it was sent. */
  chat?: string
  messageId?: string
  /** Whether it takes streamed text now; it ends by itself after ten minutes. */
  readonly streaming: boolean
  /** The highest `sequence` taken. */
  sequence: number
  text: string
  buttons: string[]
  updates: { text: string; at: number }[]
}

export type FeishuReaction = { messageId: string; emoji: string; reactionId: string; at: number; removedAt?: number }

/** `status` and `code` are missing while the call is handled, and where its connection was dropped. */
export type FeishuCall = {
  endpoint: string
  /** The app's id; empty where no valid token or secret came. */
  app: string
  chat?: string
  at: number
  status?: number
  code?: number
  body: Readonly<Record<string, unknown>>
}

/** One attempt to hand over an event, by webhook or long connection: `status` 0 stands for no answer in time. */
export type FeishuPush = {
  eventId: string
  type: string
  /** 1 for the first. */
  attempt: number
  status: number
  at: number
  durationMs: number
}

/** Everything that happened, in order. */
export type Records = ReturnType<typeof createRecords>

export function createRecords() {
  const sent: SentFeishuMessage[] = []
  const cards: FeishuCard[] = []
  const reactions: FeishuReaction[] = []
  const calls: FeishuCall[] = []
  const pushes: FeishuPush[] = []
  return { sent, cards, reactions, calls, pushes }
}

/** What people read in a chat or topic now, in order. */
export function textsOf(sent: readonly SentFeishuMessage[], { id, thread }: { id: string; thread?: string }): string[] {
  const isThere = (message: SentFeishuMessage) =>
    message.chat === id && message.thread === thread && message.recalledAt === undefined
  return sent.filter(isThere).map(message => message.text)
}

/** What is read has changed. */
export function change(message: SentFeishuMessage, text: string, buttons: string[]): void {
  Object.assign(message, { text, buttons })
  message.edits.push({ text, at: Date.now() })
}
