import { measure, type Sorted } from './measure.ts'
import { domains, type parts } from './questions.ts'

const NAME_WIDTH = 12

export const percent = ({ right, of }: { right: number; of: number }): string =>
  `${((100 * right) / Math.max(1, of)).toFixed(1)} %`.padStart(8)

/** The figures of one part for a person: per domain, private ones, and which rule took what. */
export function reportOf(part: (typeof parts)[number], sorted: Sorted[]): string {
  const measured = measure(sorted)
  const line = (name: string, share: { right: number; of: number }) =>
    `  ${name.padEnd(NAME_WIDTH)}${percent(share)}  (${share.right} of ${share.of})`
  return [
    `${part}: went to the right tier`,
    ...domains.map(domain => line(domain, measured.domains[domain])),
    line('all', measured.all),
    line('private', measured.private),
    `  private by rule, though labelled otherwise: ${measured.needlesslyPinned}`,
    '',
    confusion(sorted),
    '',
  ].join('\n')
}

/** Rows: what questions are about. Columns: the rule that took them. */
function confusion(sorted: Sorted[]): string {
  const columns = [...new Set(sorted.map(({ rule }) => groupOf(rule)))].sort()
  const rows = domains.map(domain => {
    const own = sorted.filter(question => question.domain === domain)
    return [domain, ...columns.map(column => `${own.filter(({ rule }) => groupOf(rule) === column).length}`)]
  })
  const cell = (text: string, index: number) => (index === 0 ? text.padEnd(NAME_WIDTH) : text.padStart(NAME_WIDTH))
  return [['', ...columns], ...rows].map(row => `  ${row.map(cell).join('')}`.trimEnd()).join('\n')
}

/** `private-pay` and `private-health` are one column, and so are `legal` and `legal-phrases`. */
const groupOf = (rule: string): string =>
  rule
    .replace(/^private-.*/, 'private')
    .replace(/-phrases$/, '')
    .replace('figures-of-speech', 'figures')
