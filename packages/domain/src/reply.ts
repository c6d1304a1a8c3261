import { z } from 'zod'
import { conversationIdSchema } from './message.ts'

/** Which model answers and why. */
export const routeSchema = z.object({
  tier: z.enum(['local', 'commercial']),
  model: z.string(),
  /** What decided: `rule:<name>`, `private`, `continued`, `choice`, `classifier:<label>`, `default`; behind it `, fallback`, `, over budget`, `, no … model` or `, cached`. */
  reason: z.string(),
  /** It must not leave the house, now or as history. */
  isPrivate: z.boolean().optional(),
})

export const usageSchema = z.object({ promptTokens: z.number(), completionTokens: z.number() })

/**
 * One answer on its way to a chat. `open`: its text still grows; `final`: complete; `failed`: the turn was given up,
 * and the text is the apology; `withdrawn`: it was open, and nobody waits for it any more.
 */
export const replySchema = z.object({
  id: z.string(),
  conversation: conversationIdSchema,
  /** The id of the last message it answers; absent where it answers nobody, as an alert does. */
  inReplyTo: z.string().optional(),
  state: z.enum(['open', 'final', 'failed', 'withdrawn']),
  text: z.string(),
  route: routeSchema.optional(),
  usage: usageSchema.optional(),
  traceId: z.string(),
  /** When the first message it answers was received, or it was put into the outbox, and when it became final; ms since 1970. */
  receivedAt: z.number(),
  committedAt: z.number().optional(),
})

export type Route = z.infer<typeof routeSchema>
export type Usage = z.infer<typeof usageSchema>
export type Reply = z.infer<typeof replySchema>

/** The platform's id of one delivered part of a reply. */
export type Receipt = string
