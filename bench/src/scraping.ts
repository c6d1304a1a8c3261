import { setTimeout as sleep } from 'node:timers/promises'
import type { Ledger } from './ledger.ts'
import { until, type Window } from './schedule.ts'
import type { System } from './systems.ts'
import { cpuSecondsOf } from './usage.ts'

/** Whether `/metrics` is read in a turn: what rises or falls with time falls on both alike. */
const PATTERN = [false, true, true, false]
const TURN_MS = 10_000
/** Far more often than Prometheus does, or what it costs would be lost among what else the machine does. */
const PAUSE_MS = 50
/** As Prometheus does, where it is in a hurry. */
const EVERY_S = 5

/** The shortest time that can be measured. */
export const SCRAPING_SECONDS = (TURN_MS * PATTERN.length) / 1000

/** `readings`: how often `/metrics` of every process was read. */
type Turn = { ms: number; cpuSeconds: number; answered: number; readings: number }

type Measured = { system: Pick<System, 'usage' | 'readMetrics'>; ledger: Pick<Ledger, 'counts'>; window: Window }

/** Reads `/metrics` in half of the time, in turns, so that what else the machine does falls on both halves. */
export async function takeTurns(
  { system, ledger, window: { from, to } }: Measured,
  signal: AbortSignal,
  turnMs = TURN_MS,
): Promise<Turn[]> {
  const taken: Turn[] = []
  const patterns = Math.floor(Math.round(to - from) / (turnMs * PATTERN.length))
  await until(from, signal)
  let before = await stock()
  for (const isRead of Array<boolean[]>(patterns).fill(PATTERN).flat()) {
    const end = from + (taken.length + 1) * turnMs
    const readings = isRead ? await readUntil(end) : 0
    await until(end, signal)
    const after = await stock()
    taken.push({
      ms: after.at - before.at,
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      answered: after.answered - before.answered,
      readings,
    })
    before = after
  }
  return taken

  async function stock() {
    const cpuSeconds = cpuSecondsOf(await system.usage())
    return { at: performance.now(), cpuSeconds, answered: ledger.counts().answered }
  }

  /** Once at least, however late it is. */
  async function readUntil(end: number): Promise<number> {
    let readings = 0
    do {
      await system.readMetrics()
      readings += 1
      await sleep(PAUSE_MS, undefined, { signal })
    } while (performance.now() < end)
    return readings
  }
}

/**
 * `onceMs`: CPU time of all processes and of Redis for one reading. `share`: what readings every 5 s add to the CPU time
 * of the same load without any.
 */
export type Scraping = { onceMs: number; share: number; turns: Turn[] }

export function scrapingOf(turns: Turn[]): Scraping {
  const read = sum(turns.filter(({ readings }) => readings > 0))
  const unread = sum(turns.filter(({ readings }) => readings === 0))
  const extraSeconds = read.cpuSeconds - (unread.cpuSeconds / unread.answered) * read.answered
  const onceMs = (extraSeconds / read.readings) * 1000
  return { onceMs, share: onceMs / EVERY_S / ((unread.cpuSeconds / unread.ms) * 1_000_000), turns }
}

function sum(turns: Turn[]): Turn {
  const nothing = { ms: 0, cpuSeconds: 0, answered: 0, readings: 0 }
  return turns.reduce(
    (all, turn) => ({
      ms: all.ms + turn.ms,
      cpuSeconds: all.cpuSeconds + turn.cpuSeconds,
      answered: all.answered + turn.answered,
      readings: all.readings + turn.readings,
    }),
    nothing,
  )
}
