import { setTimeout as sleep } from 'node:timers/promises'
import { Unavailable } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import { createLeases, type Lease } from './leases.ts'

/** How often the first who waits asks Redis: soon at first, then so that a crowd of processes is no load. */
const ASK_FIRST_MS = 20
const ASK_MOST_MS = 250
/** How often a slot stays in its process before those who wait in others get a chance. */
const MOST_HANDOVERS = 4

/** Leave to ask an endpoint once. Released once, however often `release` is called. */
export type Slot = { release(): void }

/** `asking`: its question to Redis, while it is the first. */
type Waiter = { limit: number; serve(slot: Slot): void; asking?: Promise<void> }

export type Slots = ReturnType<typeof createSlots>

/**
 * So many questions at once to each endpoint, by all workers together. Those who wait in one process are served in
 * order; between processes it is chance. A killed worker's slots come free after `leaseMs`. A worker that could not renew
 * its leases for so long, because it or Redis stood still, may lose them, though its calls go on.
 */
export function createSlots(redis: Redis, { leaseMs = 15_000 } = {}) {
  const leases = createLeases(redis, leaseMs)
  /** Who waits in this process, by endpoint, longest first. */
  const lines = new Map<string, Waiter[]>()

  return {
    /**
     * One of `limit` slots of an endpoint. Throws `Unavailable` when none came free within `waitMs` (0: none is free now), the
     * reason of `signal` when that ends first.
     */
    async acquire(
      endpoint: string,
      limit: number,
      { signal, waitMs }: { signal: AbortSignal; waitMs: number },
    ): Promise<Slot> {
      signal.throwIfAborted()
      const { promise, resolve, reject } = Promise.withResolvers<Slot>()
      const waiter: Waiter = { limit, serve: resolve }
      const giveUp = (reason: unknown) => {
        if (leave(endpoint, waiter)) reject(reason)
      }
      const abort = () => giveUp(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      const timer = setTimeout(async () => {
        // It may have been given one just now.
        await waiter.asking
        giveUp(new Unavailable(`no slot of ${endpoint} came free`))
      }, waitMs)
      join(endpoint, waiter)
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
      }
    },
  }

  function join(endpoint: string, waiter: Waiter): void {
    const line = lines.get(endpoint) ?? []
    lines.set(endpoint, line)
    line.push(waiter)
    if (line.length === 1) ask(endpoint, waiter)
  }

  /** False for one who does not wait any more. */
  function leave(endpoint: string, waiter: Waiter): boolean {
    const line = lines.get(endpoint) ?? []
    const place = line.indexOf(waiter)
    if (place === -1) return false
    line.splice(place, 1)
    if (place === 0 && line[0]) ask(endpoint, line[0])
    return true
  }

  /** Asks Redis for as long as the waiter is the first. */
  async function ask(endpoint: string, waiter: Waiter): Promise<void> {
    for (let pauseMs = ASK_FIRST_MS; isFirst(endpoint, waiter); pauseMs = Math.min(2 * pauseMs, ASK_MOST_MS)) {
      waiter.asking = leases.take(endpoint, waiter.limit).then(lease => {
        if (lease) pass(lease, 0)
      })
      await waiter.asking
      if (isFirst(endpoint, waiter)) await sleep(pauseMs)
    }
  }

  function isFirst(endpoint: string, waiter: Waiter): boolean {
    return lines.get(endpoint)?.[0] === waiter
  }

  /** To the first who waits, who need not be the one that asked; back where nobody does. */
  function pass(lease: Lease, handovers: number): void {
    const [first] = lines.get(lease.endpoint) ?? []
    if (first) {
      leave(lease.endpoint, first)
      first.serve(slotOf(lease, handovers))
    } else leases.giveBack(lease)
  }

  function slotOf(lease: Lease, handovers: number): Slot {
    let isReleased = false
    return {
      release() {
        if (isReleased) return
        isReleased = true
        if (handovers < MOST_HANDOVERS && leases.isCertain(lease)) pass(lease, handovers + 1)
        else leases.giveBack(lease)
      },
    }
  }
}
