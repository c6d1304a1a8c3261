import type { Channel, ConversationId } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import { daysOf, type Period } from './days.ts'
import { fromMicros } from './prices.ts'

/** Whose answers: a person's in all conversations of a channel, a conversation's, a model's, or everybody's. */
export type Whose =
  | { channel: Channel; sender: string }
  | { conversation: ConversationId }
  | { tier: 'local' | 'commercial'; model: string }
  | 'everybody'

export type Spent = { answers: number; promptTokens: number; completionTokens: number; cost: number }

/** hash: a day's books; see settle.lua */
export const booksOf = (day: string): string => `waystation:{models}:usage:${day}`

/** The line of a day's books that is kept for somebody. */
export function lineOf(whose: Whose): string {
  if (whose === 'everybody') return 'everybody'
  if ('sender' in whose) return `user:${whose.channel}.${whose.sender}`
  return 'model' in whose ? `model:${whose.tier}/${whose.model}` : `group:${whose.conversation}`
}

export async function readUsage(redis: Redis, whose: Whose, period: Period, now: number): Promise<Spent> {
  const line = lineOf(whose)
  const lines = await Promise.all(daysOf(period, now).map(day => redis.hget(booksOf(day), line)))
  const sums = [0, 0, 0, 0]
  for (const entered of lines)
    entered?.split(' ').forEach((number, i) => {
      sums[i] = (sums[i] ?? 0) + Number(number)
    })
  const [answers = 0, promptTokens = 0, completionTokens = 0, micros = 0] = sums
  return { answers, promptTokens, completionTokens, cost: fromMicros(micros) }
}
