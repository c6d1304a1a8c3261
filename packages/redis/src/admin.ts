import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type Address, urlOf } from './address.ts'

const POLL_MS = 20

/** Whether our server answers there; one that still reads its AOF is waited for. */
export async function isUp(address: Address): Promise<boolean> {
  const redis = once(address)
  try {
    await redis.connect()
    // A stranger's Redis without a password lets everybody in, but has none to compare with.
    await redis.auth(address.password)
    return true
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}

/** Ends the server with all its data on disk, unless someone else still works with it. Says which. */
export async function shutDown(address: Address): Promise<'ended' | 'in use'> {
  const redis = once(address)
  try {
    await redis.connect()
    const [, clients] = /connected_clients:(\d+)/.exec(await redis.info('clients')) ?? []
    if (Number(clients) > 1) return 'in use'
    // Its answer is to hang up.
    await redis.shutdown().catch(() => {})
  } catch {
    return 'ended'
  } finally {
    redis.disconnect()
  }
  while (await isUp(address)) await sleep(POLL_MS)
  return 'ended'
}

/** A connection for one errand: no second try. */
function once(address: Address): Redis {
  const redis = new Redis(urlOf(address), {
    lazyConnect: true,
    commandTimeout: 2_000,
    maxLoadingRetryTime: 100,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  // The calls reject, too.
  redis.on('error', () => {})
  return redis
}
