import { type Route, routeSchema } from '@waystation/domain'
import { z } from 'zod'
import { cutToCharacters } from './cut.ts'
import { AROUND_A_MESSAGE, countTokens } from './tokens.ts'

/** `history:` in waystation.yaml. */
export const historySettings = z.strictObject({
  tokens: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(3000)
    .describe('How many tokens of what was said before a model reads again; what is older it knows from a summary.'),
  days: z.number().int().min(1).max(3650).default(30).describe('How long a silent conversation is remembered.'),
})
export type HistorySettings = z.infer<typeof historySettings>

/** What a turn's commit does to the history: it forgets so many of the latest entries, then adds some. */
export type HistoryChange = { forget: number; entries: string[]; maxEntries: number; keepMs: number }

/** Thirty exchanges and a summary of those before. Folding keeps it shorter, unless no model is there to sum up. */
const MAX_ENTRIES = 61
const ENTRIES_PER_EXCHANGE = 2
/** UTF-16 units of what one person or the assistant said: what is longer is remembered without its middle. */
const MAX_CHARACTERS = 16_000

const DAY_MS = 24 * 60 * 60 * 1000
export const keepMs = ({ days }: Pick<HistorySettings, 'days'>): number => days * DAY_MS

const entrySchema = z
  .object({
    role: z.enum(['user', 'assistant']),
    content: z.string(),
    /** What the content costs. */
    tokens: z.number().optional(),
    /** The id of the reply that an assistant's entry is, and what it was routed by. */
    replyId: z.string().optional(),
    route: routeSchema.optional(),
    /** It must not leave the house. */
    isPrivate: z.literal(true).optional(),
  })
  // Entries were written without it before.
  .transform(entry => ({ ...entry, tokens: entry.tokens ?? countTokens(entry.content) }))
export type Entry = z.infer<typeof entrySchema>

/** The first entry of a history may sum up what was said before. */
const summarySchema = z.object({ role: z.literal('summary'), content: z.string() })

const lineSchema = z.union([summarySchema, entrySchema])

/** A question, the reply to it, and who gave it. */
export type Exchange = { question: string; replyId: string; answer: string; route?: Route | undefined }

/** What a commit does for an exchange: it adds it, in the place of the last one where that was answered anew. */
export function remember(
  { question, replyId, answer, route }: Exchange,
  history: HistorySettings,
  inPlaceOfLast = false,
): HistoryChange {
  const mark = route?.isPrivate ? { isPrivate: true } : {}
  const said = [
    { role: 'user', ...contentOf(question), ...mark },
    { role: 'assistant', ...contentOf(answer), replyId, route, ...mark },
  ]
  return {
    forget: inPlaceOfLast ? ENTRIES_PER_EXCHANGE : 0,
    entries: said.map(entry => JSON.stringify(entry)),
    // Without a history, the last exchange can still be answered anew.
    maxEntries: history.tokens === 0 ? ENTRIES_PER_EXCHANGE : MAX_ENTRIES,
    keepMs: keepMs(history),
  }
}

function contentOf(text: string): Pick<Entry, 'content' | 'tokens'> {
  const content = cutToCharacters(text, MAX_CHARACTERS)
  return { content, tokens: countTokens(content) }
}

/** What a commit does when the person wants a new conversation: nothing of the old one is left, nor its summary. */
export const forget: HistoryChange = { forget: MAX_ENTRIES, entries: [], maxEntries: MAX_ENTRIES, keepMs: 0 }

/** The summary's own line in the history. */
export const summaryLine = (summary: string): string => JSON.stringify({ role: 'summary', content: summary })

/** Reads the lines of a history, oldest first. What remains of an exchange that was trimmed is left out. */
export function readHistory(lines: string[]): { entries: Entry[]; summary?: string } {
  const [first, ...rest] = lines.map(line => lineSchema.parse(JSON.parse(line)))
  const summary = first?.role === 'summary' ? { summary: first.content } : {}
  const entries = [first, ...rest].filter(line => line !== undefined && line.role !== 'summary')
  return { entries: inExchanges(entries).flat(), ...summary }
}

/** The exchange that was last, and the entries before it. `undefined` where nothing was said. */
export function lastExchange(entries: Entry[]): { last: Exchange; before: Entry[] } | undefined {
  const [asked, said] = entries.slice(-ENTRIES_PER_EXCHANGE)
  if (asked?.role !== 'user' || said?.role !== 'assistant') return undefined
  const last = { question: asked.content, replyId: said.replyId ?? '', answer: said.content, route: said.route }
  return { last, before: entries.slice(0, -ENTRIES_PER_EXCHANGE) }
}

/** Two entries: what a person wrote, and what was answered. */
type Said = [asked: Entry, said: Entry]

export const inExchanges = (entries: Entry[]): Said[] =>
  entries.flatMap((said, at) => {
    const asked = entries[at - 1]
    return asked?.role === 'user' && said.role === 'assistant' ? [[asked, said]] : []
  })

/** What entries cost in a prompt. */
export const costOf = (entries: Entry[]): number =>
  entries.reduce((sum, { tokens }) => sum + tokens + AROUND_A_MESSAGE, 0)

/** The latest exchanges that cost at most so much, oldest first. */
export function latestWithin(exchanges: Said[], tokens: number): Said[] {
  let left = tokens
  const tooOld = exchanges.findLastIndex(exchange => {
    left -= costOf(exchange)
    return left < 0
  })
  return exchanges.slice(tooOld + 1)
}
