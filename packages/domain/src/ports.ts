import type { Channel, ConversationId } from './conversation.ts'
import type { Inquiry } from './inquiry.ts'
import type { InboundMessage } from './message.ts'
import type { Receipt, Reply, Route, Usage } from './reply.ts'

export type RawRequest = { headers: Readonly<Record<string, string | string[] | undefined>>; body: Buffer }

/** A message that its sender took back: it needs no answer any more. */
export type Recall = { conversation: ConversationId; messageId: string }

/** What somebody thinks of a reply. */
export type Vote = { conversation: ConversationId; replyId: string; voter: string; vote: 'up' | 'down' }

/** What one request of a platform meant. */
export type Received = {
  messages: InboundMessage[]
  recalls?: Recall[]
  votes?: Vote[]
  /** Why parts of it became no message: short words for a metric's label, such as `poll` or `left_chat`. */
  ignored: string[]
  /** What the platform is told beside 200, when everything is durable; `refused`: a message was not admitted. `{}` by default. */
  answer?(refused: boolean): object
  /** To be called when everything is durable: the request may be forgotten should it come again. */
  done?(): Promise<void>
}

/** A platform's webhook: raw request → messages. */
export interface Receiver {
  readonly channel: Channel
  /**
   * Throws `Unauthenticated` before anything is parsed, `Rejected` for what does not parse, `Unavailable` while it
   * cannot tell.
   */
  receive(request: RawRequest): Received | Promise<Received>
}

/**
 * Carries replies to one platform. Every call takes the `signal` that ends it, and throws `Unavailable` (with the
 * platform's own delay), `Rejected` (this reply can never arrive: the chat is gone), or anything else for a bug.
 */
export interface Messenger {
  readonly channel: Channel
  /** How a growing reply is shown: by drafts that leave nothing behind, by editing a sent message, or not at all. */
  streaming(conversation: ConversationId): { style: 'draft' | 'edit'; everyMs: number } | { style: 'none' }
  /**
   * Whether the platform itself drops a `send` that it was given before. Where it does not, whoever sends notes it
   * first, for it may be in doubt.
   */
  readonly dropsRepeats: boolean
  /** "Working on it", repeated by the caller every `typingEveryMs` until the answer starts. */
  readonly typingEveryMs: number
  typing(reply: Reply, signal: AbortSignal): Promise<void>
  /** Shows the text so far of an open reply (`streaming` says `draft`). Repeatable: the last call wins. */
  draft(reply: Reply, signal: AbortSignal): Promise<void>
  /** Cuts a text into what one message of the platform holds; at least one part, and always the same for one text. */
  split(text: string): string[]
  /** Sends one part as a new message. `index` 0 answers the person's message where the chat is a group. */
  send(reply: Reply, part: string, index: number, signal: AbortSignal): Promise<Receipt>
  /** Makes the message of `receipt` read `part`. Repeatable. */
  edit(reply: Reply, part: string, receipt: Receipt, signal: AbortSignal): Promise<void>
  /** The reply will not come: takes back what showed it growing; `receipt` of its first part, where that was sent. */
  withdraw(reply: Reply, receipt: Receipt | undefined, signal: AbortSignal): Promise<void>
}

/** The text so far, never a delta; `usage` once the model reported it; `isCut`: it has more to say than it may. */
export type Completion = { text: string; route: Route; usage?: Usage; isCut?: boolean }

export interface Model {
  /**
   * The last item is the whole answer; one that does not go on where the last one was is a new beginning, of the same or
   * of another model. Throws `Unavailable`, `Rejected`, or another error when the answer is not complete.
   */
  complete(inquiry: Inquiry, signal: AbortSignal): AsyncIterable<Completion>
}
