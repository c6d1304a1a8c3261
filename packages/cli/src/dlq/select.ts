import { createDeadLetters, type KeptLetter } from '@waystation/mailbox'
import { type Command, Option } from 'commander'
import { Misused } from '../command.ts'
import type { Say } from '../language.ts'
import type { Station } from '../station.ts'

export type Filter = { kind?: string; reason?: string; conversation?: string }

export const letterBox = ({ redis, bells, outboxBells }: Station) => createDeadLetters(redis, bells, outboxBells)

export function takesFilter(command: Command, say: Say): Command {
  return command
    .addOption(
      new Option('--kind <kind>', say({ en: 'of one kind', zh: '只看一种' })).choices(['turn', 'reply', 'unreadable']),
    )
    .option('--reason <code>', say({ en: 'the errorCode it died of', zh: '放弃的原因（errorCode）' }))
    .option('--conversation <id>', say({ en: 'those of one conversation', zh: '只看一个会话' }))
}

/** Those of `ids`, or all; of these, those that the filter lets through. The oldest first. */
export async function select(station: Station, ids: readonly string[], filter: Filter): Promise<KeptLetter[]> {
  const letters: KeptLetter[] = []
  for await (const kept of letterBox(station).all()) if (isWanted(kept, ids, filter)) letters.push(kept)
  return letters.toSorted((one, other) => one.letter.at - other.letter.at)
}

function isWanted({ id, conversation, letter }: KeptLetter, ids: readonly string[], filter: Filter): boolean {
  return (
    (ids.length === 0 || ids.includes(id)) &&
    (filter.kind ?? letter.kind) === letter.kind &&
    (filter.reason ?? letter.error.code) === letter.error.code &&
    (filter.conversation ?? conversation) === conversation
  )
}

export const WHICH = {
  en: 'Say which: ids, a filter (--kind, --reason, --conversation) or --all.',
  zh: '请说明是哪些：id、筛选条件（--kind、--reason、--conversation）或 --all。',
}

/** Nobody should do something to all letters who only forgot to say to which. */
export function mustSayWhich(
  ids: readonly string[],
  { all, ...filter }: Filter & { all?: boolean },
  words: string,
): void {
  const isSaid =
    all || ids.length > 0 || [filter.kind, filter.reason, filter.conversation].some(one => one !== undefined)
  if (!isSaid) throw new Misused(words)
}

/** Without what people wrote. */
export function outline({ id, conversation, letter }: KeptLetter) {
  const { at, kind, error } = letter
  const about = { id, kind, conversation, reason: error.code, at: new Date(at).toISOString() }
  if (kind === 'turn') {
    const { attempt, messages } = letter.turn
    return { ...about, traceId: messages[0].traceId, attempts: attempt, items: messages.length }
  }
  if (kind === 'reply') {
    const arrived = letter.parts.filter(([, { state }]) => state === 'sent').length
    return { ...about, traceId: letter.reply.traceId, partsArrived: arrived, items: 1 }
  }
  return { ...about, items: letter.items.length }
}
