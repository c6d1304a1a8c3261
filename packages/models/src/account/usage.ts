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
  return sumOf(lines.map(entered => entered ?? ''))
}

/**
 * All books of a period, added up by line, `everybody`, `user:…`, `group:…`, `model:…` as `lineOf` writes them; or, by day, of
 * everybody.
 */
export async function readBooks(
  redis: Redis,
  period: Period,
  by: 'day' | 'line',
  now: number,
): Promise<Map<string, Spent>> {
  const days = daysOf(period, now)
  const books = await Promise.all(days.map(day => redis.hgetall(booksOf(day))))
  if (by === 'day') return new Map(days.map((day, i) => [day, sumOf([books[i]?.everybody ?? ''])]))
  const lines = Map.groupBy(
    books.flatMap(book => Object.entries(book)),
    ([line]) => line,
  )
  return new Map([...lines].map(([line, entered]) => [line, sumOf(entered.map(([, text]) => text))]))
}

function sumOf(entered: readonly string[]): Spent {
  const sums = [0, 0, 0, 0]
  for (const text of entered)
    text.split(' ').forEach((number, i) => {
      sums[i] = (sums[i] ?? 0) + Number(number)
    })
  const [answers = 0, promptTokens = 0, completionTokens = 0, micros = 0] = sums
  return { answers, promptTokens, completionTokens, cost: fromMicros(micros) }
}
