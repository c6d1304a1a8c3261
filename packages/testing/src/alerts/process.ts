import { setTimeout as sleep } from 'node:timers/promises'
import { createBells } from '@waystation/mailbox'
import { close, connect } from '@waystation/redis'
import { type Metrics, readMetrics } from '../station/metrics.ts'
import { startProcess } from '../station/process.ts'

const TOKEN = 'canary-token-of-alertmanager'
const WITHIN_MS = 45_000
const LOOK_EVERY_MS = 50

export type AlertsOptions = {
  redisUrl: string
  /** What `ALERTS_RECEIVERS` says. */
  receivers: object
  /** Added to the environment, or in place of what is there. */
  env?: Readonly<Record<string, string>>
}

type Request = { authorization?: string; body?: string }

/** `services/alerts` as a process of its own, at `LOG_LEVEL=trace`. */
export async function startAlerts({ redisUrl, receivers, env }: AlertsOptions) {
  let output = ''
  const process = await startProcess({
    service: 'alerts',
    port: 0,
    env: {
      REDIS_URL: redisUrl,
      LOG_LEVEL: 'trace',
      ALERTS_TOKEN: TOKEN,
      ALERTS_RECEIVERS: JSON.stringify(receivers),
      ...env,
    },
    onOutput: text => {
      output += text
    },
  })
  const get = async (path: string) => (await fetch(process.origin + path)).text()

  const measured = async (...counter: Parameters<Metrics['sum']>): Promise<number> =>
    readMetrics([await get('/metrics')]).sum(...counter)

  return {
    ...process,
    token: TOKEN,
    output: () => output,
    get,
    /** How Alertmanager's request is answered. */
    async post(receiver: string, group: object, { authorization = `Bearer ${TOKEN}`, body }: Request = {}) {
      const answer = await fetch(`${process.origin}/alerts/${receiver}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
        body: body ?? JSON.stringify(group),
      })
      await answer.text()
      return answer.status
    },
    /** Waits for a line of the log. */
    logged: (line: RegExp) => until(`logged ${line}`, () => line.test(output)),
    /** Waits until notices had this outcome so often, by this process. */
    counted: (receiver: string, outcome: string, times: number) =>
      until(`${receiver} ${outcome} ${times}`, async () => {
        return (await measured('waystation_alert_notices_total', { receiver, outcome })) === times
      }),
    /** Waits until so many wait for the receiver. */
    waiting: (receiver: string, notices: number) =>
      until(`${notices} wait for ${receiver}`, async () => {
        return (await measured('waystation_alert_notices_depth', { receiver })) === notices
      }),
    rejected: (reason: string) => measured('waystation_alert_requests_rejected_total', { reason }),
    /** Ends the pause that the receiver is in, as if its time were over. */
    async endPause(receiver: string): Promise<void> {
      const redis = await connect(redisUrl, 'worker')
      // It is told in the log a moment before it begins.
      await until('a pause', async () => (await redis.llen('waystation:{alerts}:bells:active')) === 0)
      const bells = createBells<string>('alerts', redis)
      await bells.ring(receiver, { hurry: true })
      await bells.close()
      await close(redis)
    },
    [Symbol.asyncDispose]: async () => {
      await process.kill()
    },
  }
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`never so: ${what}`)
    await sleep(LOOK_EVERY_MS)
  }
}
