import type { Against, ModelsReport, Whole } from './models-report.ts'
import { machineLine, verdict } from './table.ts'

const LABEL_WIDTH = 16
const COLUMN_WIDTH = 14

/** The report for a person, at most 100 columns wide. */
export function modelsTableOf({ machine, run, limits, processes, misses, hits, faults }: ModelsReport): string {
  const { modelMs, inference, seconds } = run
  return [
    `a model that takes ${modelMs} ms, ${inference} inference processes; ${seconds} s each, every message in a fresh chat`,
    machineLine(machine),
    '',
    line('limit', ['offered/s', 'answers/s', 'ideal/s', 'of ideal', 'added p50, ms', 'p99, ms']),
    ...limits.map(against),
    '',
    line('processes', ['offered/s', 'answers/s', 'ideal/s', 'of ideal', 'added p50, ms', 'p99, ms']),
    ...processes.map(against),
    '',
    line('first questions', ['offered/s', 'answers/s', 'whole p50, ms', 'p99, ms']),
    whole('all different', misses),
    whole('all the same', hits),
    '',
    ...verdict(faults, false),
    '',
  ].join('\n')
}

const against = ({ count, offered, achieved, ideal, addedMs }: Against): string =>
  line(String(count), [
    offered.toFixed(1),
    achieved.toFixed(1),
    ideal.toFixed(1),
    `${((achieved / ideal) * 100).toFixed(0)} %`,
    ...figures(addedMs),
  ])

const whole = (label: string, { offered, achieved, wholeMs }: Whole): string =>
  line(label, [offered.toFixed(1), achieved.toFixed(1), ...figures(wholeMs)])

const figures = (spread: Against['addedMs']): string[] => [spread?.p50, spread?.p99].map(it => it?.toFixed(1) ?? '')

const line = (label: string, columns: string[]): string =>
  [label.padEnd(LABEL_WIDTH), ...columns.map(column => column.padStart(COLUMN_WIDTH))].join('').trimEnd()
