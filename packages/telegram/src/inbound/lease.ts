import { randomUUID } from 'node:crypto'
import { Unavailable } from '@waystation/domain'
import { type Redis, script } from '@waystation/redis'

/** After a killed holder, nobody holds the lease for so long at most. */
const LEASE_MS = 8_000
const RENEW_MS = LEASE_MS / 3

export type Lease = {
  /**
   * Does `work` if nobody else holds the lease, and resolves with whether it did. `held` ends with `signal`, or with
   * `Unavailable` as soon as the lease is not certain any more.
   */
  whileHeld(work: (held: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<boolean>
}

/** A right that one process at a time has, kept in Redis under `key`. */
export function createLease(redis: Redis, key: string): Lease {
  const holdScript = script(redis, new URL('./hold.lua', import.meta.url))
  const releaseScript = script(redis, new URL('./release.lua', import.meta.url))
  const owner = randomUUID()
  const hold = async () => (await holdScript([key], [owner, LEASE_MS])) === 1

  return {
    async whileHeld(work, signal) {
      if (!(await hold())) return false
      const lost = new AbortController()
      const renewal = setInterval(async () => {
        if (!(await hold().catch(() => false))) lost.abort(new Unavailable('the lease was lost'))
      }, RENEW_MS)
      try {
        await work(AbortSignal.any([signal, lost.signal]))
        return true
      } finally {
        clearInterval(renewal)
        // Out of reach, it ends by itself.
        await releaseScript([key], [owner]).catch(() => {})
      }
    },
  }
}
