import type { JournalEntry } from '@waystation/mailbox'

export type Line = { at: number; event: string; id: string; detail: object }

/** What happened, in its order: the first word, which is told at the commit, stands where it came. */
export function linesOf(entries: readonly JournalEntry[]): Line[] {
  const lines: Line[] = entries.flatMap((entry): Line[] => {
    if (entry.event !== 'committed' || entry.detail.firstTokenAt === undefined) return [entry]
    const { firstTokenAt: at, ...detail } = entry.detail
    return [
      { at, event: 'first_token', id: entry.id, detail: {} },
      { ...entry, detail },
    ]
  })
  return lines.toSorted((one, other) => one.at - other.at)
}
