import { type ConversationId, Unavailable } from '@waystation/domain'
import { cutToTokens } from './cut.ts'
import { costOf, type Entry, type HistorySettings, inExchanges, latestWithin } from './history.ts'
import type { Memories, Memory } from './memory.ts'
import { filled } from './tokens.ts'

/** What a summary costs every later prompt at most. */
const SUMMARY_TOKENS = 400
/** However short they are. */
const MOST_EXCHANGES = 28
/** Of entries; not much more are kept, and the first to go would be the summary. */
const NEARLY_FULL = 50
/** For a summary. Who fails to write one has the next try after it. */
const TIME_LIMIT_MS = 60_000

const INSTRUCTION = `Sum up this conversation between a person and an assistant in at most 150 words, in the language in which it is held. \
Keep names, numbers, decisions, wishes and open questions. Write nothing but the summary.`

type Deps = {
  memory: Pick<Memories, 'fold' | 'lease'>
  /** Asks a model of the house. Throws when there is no whole answer. */
  summarize(text: string, signal: AbortSignal): Promise<string>
  /** How many tokens a prompt for that model may have. */
  room: number
  history: HistorySettings
}

/** `outrun`: what was summed up had been forgotten meanwhile, or another worker was faster. */
export type Folded = 'folded' | 'not_needed' | 'outrun'

/**
 * Where more was said than a model reads again, the oldest of it makes room for a summary; private exchanges just leave.
 * While no summary can be had, the oldest leaves without one in the end. To be called when a turn is over, with what is
 * known of its conversation: nobody waits for it, and it may fail or be broken off at any time. Throws what `summarize`
 * throws, and `Unavailable` for an empty summary.
 */
export async function foldIfNeeded(
  conversation: ConversationId,
  known: Pick<Memory, 'entries' | 'summary'>,
  { memory, summarize, room, history }: Deps,
  signal: AbortSignal,
): Promise<Folded> {
  const oldest = toBeFolded(known.entries, history, room)
  const upTo = oldest.at(-1)?.replyId
  if (upTo === undefined) return 'not_needed'
  const lease = await memory.lease(conversation, TIME_LIMIT_MS)
  if (lease === undefined) return 'outrun'

  const replaceBy = async (summary: string | undefined): Promise<Folded> =>
    (await memory.fold(conversation, { upTo, summary, lease })) ? 'folded' : 'outrun'
  const open = oldest.filter(({ isPrivate }) => !isPrivate)
  if (open.length === 0) return replaceBy(known.summary)
  let summary: string
  try {
    summary = await sumUp(known.summary, open, room, text =>
      summarize(text, AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)])),
    )
  } catch (error) {
    if (known.entries.length >= NEARLY_FULL && !signal.aborted) await replaceBy(known.summary)
    throw error
  }
  return replaceBy(summary)
}

/** The oldest exchanges, as many as one summary can be made of; none where all that was said is read again. */
function toBeFolded(entries: Entry[], { tokens }: HistorySettings, room: number): Entry[] {
  const exchanges = inExchanges(entries)
  // A small model reads less than the settings allow.
  const most = Math.min(tokens, room / 2)
  if (tokens === 0 || (costOf(entries) <= most && exchanges.length <= MOST_EXCHANGES)) return []

  // Half of it stays as it was said, so that not every turn sums up anew; the last one may be answered anew.
  const kept = latestWithin(exchanges.slice(-MOST_EXCHANGES / 2), most / 2).length
  const old = exchanges.slice(0, -Math.max(kept, 1))
  const fit = old.findIndex((_, at) => costOf(old.slice(0, at + 1).flat()) > room - 2 * SUMMARY_TOKENS)
  return (fit === -1 ? old : old.slice(0, Math.max(fit, 1))).flat()
}

async function sumUp(
  before: string | undefined,
  entries: Entry[],
  room: number,
  summarize: (text: string) => Promise<string>,
): Promise<string> {
  const said = entries.map(({ role, content }) => `${role === 'user' ? 'Person' : 'Assistant'}: ${content}`)
  const notes = before === undefined ? [] : [`What was said before, summed up:\n${before}`]
  const text = [INSTRUCTION, ...notes, ...said].join('\n\n')
  const summary = (await summarize(cutToTokens(text, filled(room)))).trim()
  if (summary === '') throw new Unavailable('the summary is empty')
  return cutToTokens(summary, SUMMARY_TOKENS)
}
