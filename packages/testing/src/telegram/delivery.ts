import { setTimeout as sleep } from 'node:timers/promises'
import type { Update } from './wire.ts'

const LONGEST_RETRY_AFTER_SECONDS = 3600
/** A delay grows no further than a random time between this and its double. */
const LONGEST_DELAY_SECONDS = 60

export type Outcome = { ok: true } | { ok: false; retryAfterSeconds: number }

type Deps = {
  maxConnections: number
  /** Multiplies every wait between attempts: 1 is the platform's, less makes tests shorter. */
  retryFactor: number
  /** One attempt. Does not throw. */
  attempt(update: Update): Promise<Outcome>
}

type Queue = { updates: Update[]; failures: number; delaySeconds: number }

export type Delivery = ReturnType<typeof createDelivery>

/**
 * The order in which updates reach a webhook (tdlib/telegram-bot-api, WebhookActor.cpp): what belongs to one chat
 * forms a queue with one request in flight; a head that fails is tried again at once, or after the Retry-After it was
 * answered, then after 2, 4, 8 … s, and holds up its own queue only.
 */
export function createDelivery({ maxConnections, retryFactor, attempt }: Deps) {
  const queues = new Map<string, Queue>()
  const ready: Queue[] = []
  const stopped = new AbortController()
  let inFlight = 0

  function push(update: Update): void {
    const key = queueOf(update)
    const queue = queues.get(key)
    if (queue) return void queue.updates.push(update)
    const begun: Queue = { updates: [update], failures: 0, delaySeconds: 1 }
    queues.set(key, begun)
    ready.push(begun)
    pump()
  }

  function pump(): void {
    while (inFlight < maxConnections && !stopped.signal.aborted) {
      const queue = ready.shift()
      if (!queue) return
      void deliverHead(queue)
    }
  }

  async function deliverHead(queue: Queue): Promise<void> {
    const [head] = queue.updates
    if (!head) return
    inFlight += 1
    const outcome = await attempt(head)
    inFlight -= 1
    if (outcome.ok) advance(queue, head)
    else void retry(queue, outcome.retryAfterSeconds)
    pump()
  }

  function advance(queue: Queue, delivered: Update): void {
    queue.updates.shift()
    Object.assign(queue, { failures: 0, delaySeconds: 1 })
    if (queue.updates.length > 0) ready.push(queue)
    else queues.delete(queueOf(delivered))
  }

  async function retry(queue: Queue, retryAfterSeconds: number): Promise<void> {
    let seconds = Math.min(retryAfterSeconds, LONGEST_RETRY_AFTER_SECONDS)
    if (seconds === 0 && queue.failures > 0) {
      queue.delaySeconds = Math.min(queue.delaySeconds * 2, LONGEST_DELAY_SECONDS * (1 + Math.random()))
      seconds = queue.delaySeconds
    }
    queue.failures += 1
    const isStopped = await sleep(seconds * 1000 * retryFactor, false, { signal: stopped.signal }).catch(() => true)
    if (isStopped) return
    ready.push(queue)
    pump()
  }

  return { push, stop: () => stopped.abort() }
}

/** Updates of one chat keep their order; presses of buttons keep it per person; the rest needs none. */
function queueOf({ update_id, ...kinds }: Update): string {
  // One of the Bot API's objects: if it has these fields, they have these shapes.
  const [kind] = Object.values(kinds) as [{ chat?: { id: number }; from?: { id: number }; data?: unknown }?]
  if (kind?.data !== undefined && kind.from) return `person ${kind.from.id}`
  return kind?.chat ? `chat ${kind.chat.id}` : `update ${update_id}`
}
