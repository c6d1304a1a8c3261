import type { Machine, Report } from './bench.ts'
import { total } from './costs.ts'
import type { Figures } from './measure.ts'
import type { Scraping } from './scraping.ts'
import type { Spread } from './spread.ts'

/** One line: what it says, the station's figure, the baseline's; `ratio`: their quotient means something. */
type Row = { label: string; figures: (number | undefined)[]; digits: number; ratio?: boolean }

const LABEL_WIDTH = 46
const COLUMN_WIDTH = 14

/** The report for a person, at most 100 columns wide. */
export function tableOf({ options, machine, waystation, baseline, faults }: Report): string {
  const systems = [waystation, baseline]
  const rows = [...rate(systems), ...latency(systems), ...promises(systems), ...cost(systems)]
  const heads = ['', ...(waystation ? ['waystation'] : []), ...(baseline ? ['baseline'] : [])]
  const { channel, rate: asked, conversations, seconds, modelMs, streaming, sustained } = options
  return [
    `${asked} messages/s in ${conversations} conversations on ${channel} for ${seconds} s; model ${modelMs} ms, streaming ${streaming}`,
    machineLine(machine),
    '',
    line([...heads, ...(waystation && baseline ? ['ratio'] : [])]),
    ...rows.filter(({ figures }) => figures.some(isThere)).map(row => line(cells(row, systems))),
    '',
    ...(waystation ? verdict(faults, sustained) : []),
    '',
  ].join('\n')
}

export const machineLine = ({ cores, cpu, node }: Machine): string => `${cores} cores, ${cpu}, Node ${node}`

type Systems = (Figures | undefined)[]

const rate = (systems: Systems): Row[] => [
  { label: 'offered, messages/s', figures: systems.map(it => it?.offered), digits: 1 },
  { label: 'achieved, messages/s', figures: systems.map(it => it?.achieved), digits: 1 },
]

function latency(systems: Systems): Row[] {
  const spread = (label: string, spreads: (Spread | undefined)[]): Row[] => [
    { label: `${label} p50, ms`, figures: spreads.map(it => it?.p50), digits: 1, ratio: true },
    { label: `${label} p99, ms`, figures: spreads.map(it => it?.p99), digits: 1, ratio: true },
  ]
  return [
    ...spread(
      'acknowledged',
      systems.map(it => it?.acknowledgedMs),
    ),
    ...spread(
      'added latency',
      systems.map(it => it?.addedMs),
    ),
    ...spread(
      'first text visible',
      systems.map(it => it?.firstVisibleMs),
    ),
  ]
}

const promises = (systems: Systems): Row[] => [
  { label: 'messages per reply', figures: systems.map(it => it?.messagesPerReply), digits: 2 },
  { label: 'lost', figures: systems.map(it => it?.lost), digits: 0 },
  { label: 'duplicated', figures: systems.map(it => it?.duplicated), digits: 0 },
  { label: 'out of order', figures: systems.map(it => it?.outOfOrder), digits: 0 },
  { label: 'refused by the webhook', figures: systems.map(it => it?.refused), digits: 0 },
  { label: 'backlog gone after, s', figures: systems.map(it => it?.drainedSeconds), digits: 1 },
]

function cost(systems: Systems): Row[] {
  const services = [...new Set(systems.flatMap(it => Object.keys(it?.costs ?? {})))].filter(it => it !== 'baseline')
  const simulators = [...new Set(systems.flatMap(it => Object.keys(it?.simulatorsCosts ?? {})))]
  const totals = systems.map(it => it && total(it.costs))
  return [
    { label: 'CPU s/1000 messages', figures: totals.map(it => it?.cpuSecondsPer1000), digits: 2, ratio: true },
    ...services.map(service => ({
      label: `  ${service}`,
      figures: systems.map(it => it?.costs[service]?.cpuSecondsPer1000),
      digits: 2,
    })),
    { label: 'memory, MB', figures: totals.map(it => it?.memoryMb), digits: 0, ratio: true },
    ...services.map(service => ({
      label: `  ${service}`,
      figures: systems.map(it => it?.costs[service]?.memoryMb),
      digits: 0,
    })),
    ...simulators.map(simulator => ({
      label: `simulated, CPU s/1000: ${simulator}`,
      figures: systems.map(it => it?.simulatorsCosts[simulator]?.cpuSecondsPer1000),
      digits: 2,
    })),
    ...scraping(systems[0]?.scraping),
    { label: 'machine busy with others, %', figures: systems.map(it => it && it.othersShare * 100), digits: 0 },
  ]
}

function scraping(measured: Scraping | undefined): Row[] {
  if (!measured) return []
  return [
    { label: 'CPU ms to read /metrics of all once', figures: [measured.onceMs], digits: 1 },
    { label: '  more CPU if read every 5 s, %', figures: [measured.share * 100], digits: 2 },
  ]
}

function cells({ label, figures, digits, ratio }: Row, systems: Systems): string[] {
  const [station, baseline] = figures
  const shown = figures.flatMap((figure, index) => (systems[index] ? [figure?.toFixed(digits) ?? ''] : []))
  const isComparable = ratio && station !== undefined && baseline !== undefined && baseline > 0
  return [label, ...shown, ...(isComparable ? [`${(station / baseline).toFixed(1)}×`] : [])]
}

const line = ([label = '', ...columns]: string[]): string =>
  [label.padEnd(LABEL_WIDTH), ...columns.map(column => column.padStart(COLUMN_WIDTH))].join('').trimEnd()

const isThere = (figure: number | undefined): boolean => figure !== undefined

export function verdict(faults: string[], sustained: boolean): string[] {
  if (faults.length > 0) return faults.map(fault => `Not held: ${fault}.`)
  return [`Every message was answered once and in order${sustained ? ', as fast as they came' : ''}.`]
}
