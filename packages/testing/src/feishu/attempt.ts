import type { FeishuApp } from './apps.ts'
import { tryParse } from './card.ts'
import type { Connections } from './connections.ts'
import type { Records } from './records.ts'
import { ANSWERED_WITHIN_MS, type createWebhook } from './webhook.ts'
import type { FeishuEvent } from './wire.ts'

type Deps = { records: Records; webhook: ReturnType<typeof createWebhook>; connections: Connections }

/** `status` 0 stands for no answer in time; `answer` is what JSON was in it, or else its words. */
export type Outcome = { status: number; answer: unknown }

export type Attempt = ReturnType<typeof createAttempt>

/** One attempt to hand over an event: on a long connection where the app has one, else by webhook. Never throws. */
export function createAttempt({ records, webhook, connections }: Deps) {
  return async (app: FeishuApp, event: FeishuEvent, attempt: number): Promise<Outcome> => {
    const { event_id: eventId, event_type: type } = event.header
    const record = { eventId, type, attempt, status: 0, at: Date.now(), durationMs: 0 }
    records.pushes.push(record)
    const began = performance.now()
    const outcome = await handOver(app, event).catch(() => ({ status: 0, answer: undefined }))
    record.status = outcome.status
    record.durationMs = performance.now() - began
    return outcome
  }

  async function handOver(app: FeishuApp, event: FeishuEvent): Promise<Outcome> {
    if (connections.count(app.appId) > 0) {
      const ack = await connections.send(app.appId, event, ANSWERED_WITHIN_MS)
      return { status: ack?.code ?? 0, answer: ack?.data }
    }
    const { status, body } = await webhook.post(app, JSON.stringify(event))
    return { status, answer: body === '' ? undefined : (tryParse(body) ?? body) }
  }
}
