import { setTimeout as sleep } from 'node:timers/promises'
import type { Receiver, Site } from './site.ts'

const LOOK_EVERY_MS = 50

/** Somebody was told. `at`: ms since 1970. */
export type Arrival = { receiver: Receiver; alert: string; isFiring: boolean; at: number }

/** An alert of Prometheus began to fire. */
type Firing = { alert: string; at: number }

export type Journal = AsyncDisposable & {
  arrivals: readonly Arrival[]
  firings: readonly Firing[]
  /** What Prometheus takes for wrong now, or is about to; but for the Watchdog. */
  active(): readonly string[]
}

type Active = { alerts: { labels: Record<string, string>; state: 'pending' | 'firing' }[] }

/** Writes down what happens, until it is disposed of. */
export function keepJournal({ prometheus, told }: Site): Journal {
  const arrivals: Arrival[] = []
  const firings: Firing[] = []
  const read: Partial<Record<Receiver, number>> = {}
  let active = new Map<string, 'pending' | 'firing'>()
  let isOver = false

  function readReceivers(): void {
    // As they are declared.
    for (const receiver of Object.keys(told) as Receiver[]) {
      const texts = told[receiver]()
      for (const text of texts.slice(read[receiver] ?? 0)) arrivals.push(arrivalOf(receiver, text))
      read[receiver] = texts.length
    }
  }

  async function readPrometheus(): Promise<void> {
    // As its API describes it.
    const { alerts } = (await prometheus.get('/api/v1/alerts')) as Active
    const now = new Map<string, 'pending' | 'firing'>()
    for (const { labels, state } of alerts) if (now.get(nameOf(labels)) !== 'firing') now.set(nameOf(labels), state)
    for (const [alert, state] of now)
      if (state === 'firing' && active.get(alert) !== 'firing') firings.push({ alert, at: Date.now() })
    active = now
  }

  async function write(): Promise<void> {
    while (!isOver) {
      readReceivers()
      await readPrometheus()
      await sleep(LOOK_EVERY_MS)
    }
  }
  const written = write()

  return {
    arrivals,
    firings,
    active: () => [...active.keys()].filter(alert => alert !== 'Watchdog'),
    async [Symbol.asyncDispose]() {
      isOver = true
      await written
    },
  }
}

const nameOf = (labels: Record<string, string>): string => labels.alertname ?? ''

/** Alertmanager's own subject and the relay's title both begin so. */
function arrivalOf(receiver: Receiver, text: string): Arrival {
  const [, status, alert] = /\[(FIRING|RESOLVED)[^\]]*\] (\w+)/.exec(text) ?? []
  if (alert === undefined) throw new Error(`${receiver} was told what names no alert: ${text}`)
  return { receiver, alert, isFiring: status === 'FIRING', at: Date.now() }
}
