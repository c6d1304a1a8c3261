import type { PromptMessage } from '@waystation/domain'
import { z } from 'zod'
import { estimateTokens } from './tokens.ts'

/** `history:` in waystation.yaml. */
export const historySettings = z.strictObject({
  /** How much of what was said before a model reads again. */
  tokens: z.number().int().min(0).max(1_000_000).default(3000),
  /** How long a silent conversation is remembered. */
  days: z.number().int().min(1).max(3650).default(30),
})
export type HistorySettings = z.infer<typeof historySettings>

/** What a turn's commit does to the history: it forgets so many of the latest entries, then adds some. */
export type HistoryChange = { forget: number; entries: string[]; maxEntries: number; keepMs: number }

/** More than a token budget of ordinary messages reads; keeps a talkative conversation's list short. */
export const MAX_ENTRIES = 60

const DAY_MS = 24 * 60 * 60 * 1000

const entrySchema = z.object({
  role: z.enum(['user', 'assistant']),
  content: z.string(),
  /** The id of the reply that an assistant's entry is. */
  replyId: z.string().optional(),
})

/** A question and the reply to it. */
export type Exchange = { question: string; replyId: string; answer: string }

const ENTRIES_PER_EXCHANGE = 2

/** What a commit does for an exchange: it adds it, in the place of the last one where that was answered anew. */
export function remember(
  { question, replyId, answer }: Exchange,
  { days }: HistorySettings,
  inPlaceOfLast = false,
): HistoryChange {
  const said = [
    { role: 'user', content: question },
    { role: 'assistant', content: answer, replyId },
  ]
  return {
    forget: inPlaceOfLast ? ENTRIES_PER_EXCHANGE : 0,
    entries: said.map(entry => JSON.stringify(entry)),
    maxEntries: MAX_ENTRIES,
    keepMs: days * DAY_MS,
  }
}

/** What a commit does when the person wants a new conversation. */
export const forget: HistoryChange = { forget: MAX_ENTRIES, entries: [], maxEntries: MAX_ENTRIES, keepMs: 0 }

/** The exchange that was last, and the entries before it. `undefined` where nothing was said. */
export function lastExchange(entries: string[]): { last: Exchange; before: string[] } | undefined {
  const [asked, said] = entries.slice(-ENTRIES_PER_EXCHANGE).map(entry => entrySchema.parse(JSON.parse(entry)))
  if (asked?.role !== 'user' || said?.role !== 'assistant') return undefined
  const last = { question: asked.content, replyId: said.replyId ?? '', answer: said.content }
  return { last, before: entries.slice(0, -ENTRIES_PER_EXCHANGE) }
}

/** The latest entries that fit the budget, oldest first; whole exchanges, so that it begins with a person's words. */
export function recall(entries: string[], { tokens }: HistorySettings): PromptMessage[] {
  const latest: PromptMessage[] = []
  let budget = tokens
  for (const entry of entries.toReversed()) {
    const said = entrySchema.parse(JSON.parse(entry))
    budget -= estimateTokens(said.content)
    if (budget < 0) break
    latest.push({ role: said.role, content: said.content })
  }
  if (latest.at(-1)?.role === 'assistant') latest.pop()
  return latest.reverse()
}
