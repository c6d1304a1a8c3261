import type { ConversationId } from './conversation.ts'
import type { Sender } from './message.ts'
import type { Route } from './reply.ts'
import type { Turn } from './turn.ts'

export type PromptMessage = { role: 'system' | 'user' | 'assistant'; content: string }

/** Who the assistant is in a conversation. What it does not say, the model's settings do. */
export type Persona = { name: string; prompt: string; maxTokens?: number; temperature?: number }

/** What a model can be given to read: so many tokens, and what is private only where it stays in the house. */
export type Room = { tokens: number; withPrivate: boolean }

/** What is asked of the models: a prompt, and all that decides who answers it. */
export type Inquiry = {
  conversation: ConversationId
  traceId: string
  /** The attempt that asks; absent where nobody waits for the answer. */
  turn?: Pick<Turn, 'attempt' | 'replyId'>
  /** Who asks; of several people the last. */
  sender: Sender
  /** The ids of all who ask, as rules look at them. */
  senders: string[]
  /** What was written, message by message, as rules look at it. */
  texts: string[]
  hasAttachments: boolean
  /** The tier that the person asks for. */
  choice?: Route['tier']
  /** It was marked private before, or is about something that was. Rules may mark it too. */
  isPrivate: boolean
  persona: Persona
  /** Nothing was said before on which the answer could depend. */
  isFresh: boolean
  /** It was answered before, and another answer is wanted. */
  isAgain: boolean
  /** An answer that was cut goes on: who began it should. */
  continues?: Route['tier']
  promptFor(room: Room): PromptMessage[]
}
