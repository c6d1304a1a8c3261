import { setTimeout as sleep } from 'node:timers/promises'
import type { Failure } from './failure.ts'
import type { Arrival, Journal } from './journal.ts'
import { GROUP_INTERVAL_MS, type Receiver, type Site } from './site.ts'

const LOOK_EVERY_MS = 50
/** Beside what the rules wait: causes that need their own time, and a busy machine. */
const PATIENCE_MS = 150_000
/** The longest `for` there is, and the longest window that must be empty again. */
const LONGEST_MS = 60 * 60_000

/** What other programs of this machine may bring at any time; nobody's fault here. */
export const machine = ['HostCpuBusy', 'HostDiskShort']
/** What the failures of an hour add up to: promises are broken then, and no single one of them is to blame. */
const sums = ['PromiseBreaksFast', 'PromiseBreaksSlowly']

/** What one receiver was told of one alert. Times in ms, from the cause and from its end. */
export type Line = {
  alert: string
  receiver: Receiver
  firedMs?: number
  toldMs?: number
  times: number
  resolvedMs?: number
  /** What is not as it should be, in words. */
  faults: string[]
}

export type Outcome = { failure: Failure; lines: Line[]; faults: string[] }

type Deps = { site: Site; journal: Journal; speed: number; signal: AbortSignal; say(text: string): void }

/** Causes a failure, waits until everybody was told, mends it, and waits until everybody was told that it is over. */
export async function cause(failure: Failure, { site, journal, speed, signal, say }: Deps): Promise<Outcome> {
  const withinMs = PATIENCE_MS + LONGEST_MS / speed
  const { tells, mayTell = {}, keepsQuiet = [] } = failure
  const pairs = pairsOf(tells)

  async function until(isSo: () => boolean): Promise<boolean> {
    for (const deadline = Date.now() + withinMs; !isSo(); await sleep(LOOK_EVERY_MS, undefined, { signal }))
      if (Date.now() > deadline) return false
    return true
  }
  const told = (isFiring: boolean) => () =>
    pairs.every(({ alert, receiver }) =>
      arrivals().some(one => one.alert === alert && one.receiver === receiver && one.isFiring === isFiring),
    )
  const fired = (alert: string) => journal.firings.find(one => one.alert === alert && one.at >= causedAt)

  const isActive = () => journal.active().some(alert => alert in tells)
  if (isActive()) {
    // The machine itself brought it.
    say('waits until it is over')
    await until(() => !isActive())
    await sleep(GROUP_INTERVAL_MS / speed + 1_000, undefined, { signal })
  }
  const seen = journal.arrivals.length
  const arrivals = () => journal.arrivals.slice(seen)
  const causedAt = Date.now()
  const mend = await failure.cause(site)
  let mendedAt: number
  try {
    await until(() => told(true)() && keepsQuiet.every(fired))
    say('told')
  } finally {
    mendedAt = Date.now()
    await mend()
  }
  await until(told(false))
  say('over')
  const isCalm = await until(() => journal.active().every(alert => machine.includes(alert)))
  // By then what is told twice was told twice.
  await sleep(GROUP_INTERVAL_MS / speed + 1_000, undefined, { signal })

  const timesOf = ({ alert }: Pair) => ({ causedAt, mendedAt, firedAt: fired(alert)?.at })
  const perhaps = pairsOf(mayTell).filter(({ alert, receiver }) => {
    return arrivals().some(one => one.alert === alert && one.receiver === receiver)
  })
  const lines = [...pairs, ...perhaps].map(pair => lineOf(pair, arrivals(), timesOf(pair)))
  const strangers = arrivals().filter(({ alert, receiver }) => {
    return ![tells, mayTell].some(told => told[alert]?.includes(receiver)) && ![...machine, ...sums].includes(alert)
  })
  return {
    failure,
    lines,
    faults: [
      ...strangers.map(({ alert, receiver, isFiring }) => {
        return `${receiver} was told as well that ${alert} ${isFiring ? 'fires' : 'is over'}`
      }),
      ...keepsQuiet.flatMap(alert => (fired(alert) ? [] : [`${alert}, which was to be kept quiet, did not fire`])),
      ...(isCalm ? [] : [`${journal.active().join(', ')} does not end`]),
    ],
  }
}

type Pair = Pick<Line, 'alert' | 'receiver'>

const pairsOf = (told: Failure['tells']): Pair[] =>
  Object.entries(told).flatMap(([alert, receivers]) => receivers.map(receiver => ({ alert, receiver })))

type Times = { causedAt: number; mendedAt: number; firedAt: number | undefined }

function lineOf(pair: Pair, all: Arrival[], { causedAt, mendedAt, firedAt }: Times): Line {
  const mine = all.filter(({ alert, receiver }) => alert === pair.alert && receiver === pair.receiver)
  const firing = mine.filter(({ isFiring }) => isFiring)
  const resolved = mine.filter(({ isFiring }) => !isFiring)
  return {
    ...pair,
    times: firing.length,
    ...(firedAt === undefined ? {} : { firedMs: firedAt - causedAt }),
    ...(firing[0] ? { toldMs: firing[0].at - causedAt } : {}),
    ...(resolved[0] ? { resolvedMs: resolved[0].at - mendedAt } : {}),
    faults: [
      ...(firing.length === 1 ? [] : [firing.length === 0 ? 'not told' : `told ${firing.length} times`]),
      ...(resolved.length === 1 ? [] : [resolved.length === 0 ? 'end not told' : `end told ${resolved.length} times`]),
    ],
  }
}
