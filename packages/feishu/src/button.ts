import { conversationIdSchema } from '@waystation/domain'
import { z } from 'zod'

const writtenSchema = z.object({
  do: z.enum(['retry', 'reset', 'up', 'down']),
  conversation: conversationIdSchema,
  /** The reply that the card shows. */
  replyId: z.string().regex(/^[\w.:-]{1,128}$/),
})

const jsonSchema = z.string().transform((written, context): unknown => {
  try {
    return JSON.parse(written)
  } catch {
    context.addIssue('no JSON')
    return z.NEVER
  }
})

/**
 * What a button of our cards carries, and comes back as `action.value` when it is pressed: as it was written, or as a
 * JSON string (open.feishu.cn …/feishu-cards/card-callback-communication allows both).
 */
export const buttonSchema = writtenSchema.or(jsonSchema.pipe(writtenSchema))

export type Button = z.infer<typeof buttonSchema>
