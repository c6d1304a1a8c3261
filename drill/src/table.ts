import type { Line, Outcome } from './cause.ts'

const heads = ['', 'fired after', 'told', 'after', 'times', 'end told after', '']

/** Below what was caused, one line for each alert and receiver. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(rowsOf)
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map(row => row[column]?.length ?? 0)))
  const line = (cells: string[]) =>
    `${cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()}\n`
  const told = outcomes.map(outcome => `${outcome.failure.what}\n${rowsOf(outcome).map(line).join('')}`)
  return line(heads) + told.join('')
}

/** All that is wrong, in words. */
export const faultsOf = ({ failure, lines, faults }: Outcome): string[] => [
  ...lines.flatMap(line => line.faults.map(fault => `${line.alert}, ${line.receiver}: ${fault}`)),
  ...faults.map(fault => `${failure.what}: ${fault}`),
]

const rowsOf = ({ failure: { keepsQuiet = [] }, lines }: Outcome): string[][] => [
  ...lines.map(cellsOf),
  ...keepsQuiet.map(alert => [`  ${alert}`, '', 'nobody']),
]

function cellsOf({ alert, receiver, firedMs, toldMs, times, resolvedMs, faults }: Line): string[] {
  const verdict = faults.length === 0 ? 'ok' : faults.join(', ')
  return [`  ${alert}`, seconds(firedMs), receiver, seconds(toldMs), String(times), seconds(resolvedMs), verdict]
}

const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : `${(ms / 1000).toFixed(1)} s`)
