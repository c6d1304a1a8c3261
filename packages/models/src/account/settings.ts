import { z } from 'zod'

const budget = z.strictObject({
  name: z.string().min(1).max(60).describe('What was spent is kept under it, so a renamed budget begins anew.'),
  per: z
    .enum(['user', 'group', 'everybody'])
    .describe('Whether each person, each conversation, or all together may spend `limit`.'),
  match: z
    .array(z.string('the id of a sender or conversation, in quotes'))
    .min(1)
    .optional()
    .describe('Only what these senders ask, and what is asked in these conversations. Everything when absent.'),
  limit: z.number().min(0).describe('In the currency of the prices.'),
  window: z.enum(['day', 'month']).describe('Days and months of UTC.'),
  over: z
    .enum(['local', 'refuse'])
    .describe('What becomes of questions when it is spent: the local tier answers, or nobody.'),
})

/** `budgets:` in waystation.yaml. */
export const budgetSettings = z
  .array(budget)
  .refine(budgets => new Set(budgets.map(({ name }) => name)).size === budgets.length, 'two budgets have one name')
  .default([])

export type Budget = z.infer<typeof budget>
