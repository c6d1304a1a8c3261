import { inboundMessageSchema, replySchema } from '@waystation/domain'
import { z } from 'zod'
import { partSchema } from '../outbox/part.ts'

const turn = z.object({
  replyId: z.string(),
  messages: z.tuple([inboundMessageSchema], inboundMessageSchema),
  attempt: z.number(),
  startedAt: z.number(),
})

/**
 * What was given up, with everything needed to do it again: the messages of a turn; a reply that never arrived, with the
 * parts of it that did; or what stood in an inbox and is no message, such as one of another version of ours.
 */
export const deadLetterSchema = z
  .object({
    /** ms since 1970 */
    at: z.number(),
    /** The word it is counted under, and where our own code failed. */
    error: z.object({ code: z.string(), stack: z.string().optional() }),
  })
  .and(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('turn'), turn }),
      z.object({
        kind: z.literal('reply'),
        reply: replySchema,
        parts: z.array(z.tuple([z.number(), partSchema])).default([]),
      }),
      z.object({ kind: z.literal('unreadable'), items: z.array(z.string()) }),
    ]),
  )

export type DeadLetter = z.infer<typeof deadLetterSchema>

/** `error` without its message, which may quote what people wrote. */
export function describe(error: unknown, code: string): DeadLetter['error'] {
  const frames = error instanceof Error ? error.stack?.match(/^\s+at .*$/gm)?.join('\n') : undefined
  return frames === undefined ? { code } : { code, stack: frames }
}
