import { errorCode, Unavailable } from '@waystation/domain'
import type { Logger } from 'pino'
import { Counter, Gauge, type Registry } from 'prom-client'

/** What is told of a group of alerts: ids and counts, none of its words. */
type Named = { id: string; status?: string; alerts?: number }
type Told = Named & { receivedAt: number }

export type AlertEvents = ReturnType<typeof createAlertEvents>

/** One function per event on the way of an alert to its receiver. */
export function createAlertEvents(registry: Registry, log: Logger) {
  const notices = new Counter({
    name: 'waystation_alert_notices_total',
    help: 'Notices of Alertmanager, by receiver and what became of them',
    labelNames: ['receiver', 'outcome'],
    registers: [registry],
  })
  const rejected = new Counter({
    name: 'waystation_alert_requests_rejected_total',
    help: 'Requests to /alerts that were not accepted',
    labelNames: ['reason'],
    registers: [registry],
  })
  const about = (receiver: string, { id, status, alerts }: Named) => ({ receiver, noticeId: id, status, alerts })

  return {
    /** It is in Redis, and will be delivered. */
    posted(receiver: string, notice: Told) {
      notices.inc({ receiver, outcome: 'posted' })
      log.info({ event: 'alert.posted', ...about(receiver, notice) })
    },
    duplicated(receiver: string, notice: Told) {
      notices.inc({ receiver, outcome: 'duplicated' })
      log.info({ event: 'alert.duplicated', ...about(receiver, notice) })
    },
    delivered(receiver: string, notice: Told) {
      notices.inc({ receiver, outcome: 'delivered' })
      const durationMs = Date.now() - notice.receivedAt
      log.info({ event: 'alert.delivered', ...about(receiver, notice), durationMs })
    },
    /** It is sent again, though it may have arrived. */
    doubtful(receiver: string, notice: Told) {
      notices.inc({ receiver, outcome: 'doubtful' })
      log.warn({ event: 'alert.doubtful', ...about(receiver, notice) })
    },
    putOff(receiver: string, notice: Told, error: unknown, afterMs: number) {
      notices.inc({ receiver, outcome: 'put_off' })
      // Our own words; a foreign error's message could quote the receiver's address.
      const detail = error instanceof Unavailable ? { detail: error.message } : { error }
      const line = {
        event: 'alert.put_off',
        ...about(receiver, notice),
        afterMs,
        errorCode: errorCode(error),
        ...detail,
      }
      log.warn(line)
    },
    /** It will never be delivered. */
    died(receiver: string, notice: Named, reason: string) {
      notices.inc({ receiver, outcome: 'died' })
      log.error({ event: 'alert.died', ...about(receiver, notice), errorCode: reason })
    },
    /** `hint`: what an operator should check. */
    rejected(reason: string, hint?: string) {
      rejected.inc({ reason })
      log.warn({ event: 'alert.rejected', errorCode: reason, hint })
    },
  }
}

/** Gauges of what waits for each receiver. Every replica reports the same: use max(). */
export function observeAlerts(
  registry: Registry,
  receivers: readonly string[],
  count: (receiver: string) => Promise<{ items: number; oldestAt?: number }>,
): void {
  function observe(name: string, help: string, read: (now: { items: number; oldestAt?: number }) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['receiver'],
      registers: [registry],
      async collect() {
        for (const receiver of receivers) {
          // While Redis is away they keep their last value; readiness tells of the outage.
          const now = await count(receiver).catch(() => undefined)
          if (now) this.set({ receiver }, read(now))
        }
      },
    })
  }
  observe('waystation_alert_notices_depth', 'Notices that wait for their receiver', ({ items }) => items)
  observe('waystation_alert_notices_oldest_seconds', 'Age of the oldest of them', ({ oldestAt = Date.now() }) =>
    Math.max(0, (Date.now() - oldestAt) / 1000),
  )
}
