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

/** What a turn's commit does to the history. */
export type HistoryChange = { forget: boolean; entries: string[]; maxEntries: number; keepMs: number }

/** More than a token budget of ordinary messages reads; keeps a talkative conversation's list short. */
export const MAX_ENTRIES = 60

const DAY_MS = 24 * 60 * 60 * 1000

const entrySchema = z.object({ role: z.enum(['user', 'assistant']), content: z.string() })

/** What a commit adds for a question and its answer. */
export function remember(question: string, answer: string, { days }: HistorySettings): HistoryChange {
  const said = [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ]
  return {
    forget: false,
    entries: said.map(entry => JSON.stringify(entry)),
    maxEntries: MAX_ENTRIES,
    keepMs: days * DAY_MS,
  }
}

/** What a commit does when the person wants a new conversation. */
export const forget: HistoryChange = { forget: true, entries: [], maxEntries: MAX_ENTRIES, keepMs: 0 }

/** The latest entries that fit the budget, oldest first; whole exchanges, so that it begins with a person's words. */
export function recall(entries: string[], { tokens }: HistorySettings): PromptMessage[] {
  const latest: PromptMessage[] = []
  let budget = tokens
  for (const entry of entries.toReversed()) {
    const said = entrySchema.parse(JSON.parse(entry))
    budget -= estimateTokens(said.content)
    if (budget < 0) break
    latest.push(said)
  }
  if (latest.at(-1)?.role === 'assistant') latest.pop()
  return latest.reverse()
}
