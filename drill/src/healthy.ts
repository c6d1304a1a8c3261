import { setTimeout as sleep } from 'node:timers/promises'
import { machine } from './cause.ts'
import type { Journal } from './journal.ts'
import type { Site } from './site.ts'
import { everywhere, talk } from './talk.ts'

/** Messages, over all channels: little for one core, so that the machine's other work does not decide. */
const PER_SECOND = 20
/** What a model needs for an answer. */
const MODEL_MS = 400

export type Healthy = { minutes: number; answered: number; faults: string[] }

/** Ordinary load in which nothing is wrong. */
export async function keepHealthy(
  minutes: number,
  site: Site,
  journal: Journal,
  signal: AbortSignal,
): Promise<Healthy> {
  const { station, prometheus } = site
  const { manner } = station.model
  const usual = { ...manner }
  Object.assign(manner, { firstTokenMs: MODEL_MS / 4, durationMs: MODEL_MS })
  const [told, fired] = [journal.arrivals.length, journal.firings.length]
  const answered = async () => (await station.metrics()).sum('waystation_replies_delivered_total', { outcome: 'final' })
  const before = await answered()
  const hush = talk(site, PER_SECOND, await everywhere(site))
  try {
    await sleep(minutes * 60_000, undefined, { signal })
  } finally {
    hush()
    Object.assign(manner, usual)
  }
  await station.settled()
  const isOurs = ({ alert }: { alert: string }) => alert !== 'Watchdog' && !machine.includes(alert)
  const watched = await prometheus.query('ALERTS{alertname="Watchdog", alertstate="firing"}')
  return {
    minutes,
    answered: (await answered()) - before,
    faults: [
      ...journal.firings
        .slice(fired)
        .filter(isOurs)
        .map(({ alert }) => `${alert} fired though nothing was wrong`),
      ...journal.arrivals
        .slice(told)
        .filter(isOurs)
        .map(({ alert, receiver }) => `${receiver} was told of ${alert}`),
      ...journal.arrivals.flatMap(({ alert }) => (alert === 'Watchdog' ? ['somebody was told of the Watchdog'] : [])),
      ...(watched.length === 1 ? [] : ['the Watchdog does not fire']),
    ],
  }
}
