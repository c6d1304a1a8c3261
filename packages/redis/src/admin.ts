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

/** Whether anyone but us is connected to it. */
export async function isInUse(address: Address): Promise<boolean> {
  const redis = once(address)
  try {
    await redis.connect()
    const [, clients] = /connected_clients:(\d+)/.exec(await redis.info('clients')) ?? []
    return Number(clients) > 1
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}

/** Ends the server, and resolves when all its data is on disk. */
export async function shutDown(address: Address): Promise<void> {
  const redis = once(address)
  // Its answer is to hang up.
  await redis
    .connect()
    .then(() => redis.shutdown())
    .catch(() => {})
  redis.disconnect()
  while (await isUp(address)) await sleep(POLL_MS)
}

/** A connection for one errand: no second try. To be connected, and disconnected at last. */
export function once(address: Address): Redis {
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
