import { randomUUID } from 'node:crypto'
import { type Redis, script } from '@waystation/redis'

/** One slot of an endpoint, taken in Redis. */
export type Lease = {
  readonly id: string
  readonly endpoint: string
  readonly limit: number
  /** On this process's own clock (`performance.now()`); Redis counts from a little later. */
  certainUntil: number
}

/** The slots that this process holds, all renewed by one timer. */
export function createLeases(redis: Redis, leaseMs: number) {
  const takeScript = script(redis, new URL('./take.lua', import.meta.url))
  const renewScript = script(redis, new URL('./renew.lua', import.meta.url))
  const held = new Set<Lease>()
  let timer: NodeJS.Timeout | undefined

  async function renew(endpoint: string, leases: Lease[]): Promise<void> {
    const certainUntil = performance.now() + leaseMs
    const answer = await renewScript([keyOf(endpoint)], [leaseMs, ...leases.flatMap(({ id, limit }) => [id, limit])])
    // renew.lua's answer has the shape it documents.
    const keeps = answer as number[]
    leases.forEach((lease, i) => {
      lease.certainUntil = keeps[i] === 1 ? certainUntil : 0
    })
  }

  function renewAll(): void {
    const byEndpoint = Map.groupBy(held, ({ endpoint }) => endpoint)
    // What cannot be renewed is not certain any more, soon.
    for (const [endpoint, leases] of byEndpoint) renew(endpoint, leases).catch(() => {})
  }

  return {
    /** A slot, if one is free. None is while Redis is away: what it may have taken unheard ends by itself. */
    async take(endpoint: string, limit: number): Promise<Lease | undefined> {
      const id = randomUUID()
      const certainUntil = performance.now() + leaseMs
      const taken = await takeScript([keyOf(endpoint)], [id, limit, leaseMs]).catch(() => 0)
      if (taken !== 1) return undefined
      const lease = { id, endpoint, limit, certainUntil }
      held.add(lease)
      timer ??= setInterval(renewAll, leaseMs / 3).unref()
      return lease
    },

    /** Whether it is this process's beyond doubt, so that another question may use it without a word to Redis. */
    isCertain: (lease: Lease): boolean => lease.certainUntil > performance.now(),

    giveBack(lease: Lease): void {
      held.delete(lease)
      if (held.size === 0) {
        clearInterval(timer)
        timer = undefined
      }
      // Out of reach, it ends by itself.
      redis.zrem(keyOf(lease.endpoint), lease.id).catch(() => {})
    },
  }
}

const keyOf = (endpoint: string): string => `waystation:{models}:slots:${endpoint}`
