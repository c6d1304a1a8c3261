import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@waystation/runtime'
import { COMMAND_TIMEOUT_MS, createClient, type Purpose, placeOf, type Redis } from './client.ts'
import type { RedisConfig } from './config.ts'

type OutageLog = Pick<Log, 'info' | 'warn'>

/**
 * A connection that is ready to use, to what is configured or to the Redis at a URL. While Redis is away it waits, after
 * one `redis.unreachable` line in `log`; later outages get such a line each, and a `redis.reachable` when they end. Of a
 * Cluster it is an outage when no node answers. The connection never throws or emits them. Rejects where waiting cannot
 * help: Redis refuses the login. End it with `close`.
 */
export async function connect(at: RedisConfig | string, purpose: Purpose, log?: OutageLog): Promise<Redis> {
  const config = typeof at === 'string' ? { REDIS_URL: at } : at
  const redis = createClient(config, purpose)
  reportOutages(redis, purpose, log)
  const usable = ready(redis, placeOf(config))
  // What goes wrong here is reported and tried again; `usable` knows the end of it.
  redis.connect().catch(() => {})
  await usable
  return redis
}

/** Waits for the replies to what was sent, 2 s at most, then disconnects; while Redis is away, disconnects at once. */
export async function close(redis: Redis): Promise<void> {
  const left = redis.quit().then(
    () => true,
    () => false,
  )
  if (!(await Promise.race([left, sleep(COMMAND_TIMEOUT_MS, false, { ref: false })]))) redis.disconnect()
}

/** Neither messages nor errors are logged: they quote commands, the login's with its password. */
function reportOutages(redis: Redis, purpose: Purpose, log?: OutageLog): void {
  let lostAt: number | undefined
  const lost = (errorCode: string) => {
    if (lostAt !== undefined) return
    lostAt = Date.now()
    log?.warn({ event: 'redis.unreachable', purpose, errorCode })
  }
  redis.on('error', error => lost(codeOf(error)))
  redis.on('reconnecting', () => lost('closed'))
  redis.on('ready', () => {
    if (lostAt === undefined) return
    log?.info({ event: 'redis.reachable', purpose, awayMs: Date.now() - lostAt })
    lostAt = undefined
  })
}

function ready(redis: Redis, place: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const refused = (error: unknown) => {
    if (!['NOAUTH', 'NOPERM', 'WRONGPASS'].includes(codeOf(error))) return
    redis.disconnect()
    // No cause: it carries the command, and with it the password.
    reject(new Error(`Redis at ${place} refuses the login (${codeOf(error)})`))
  }
  redis.on('error', refused)
  redis.once('ready', () => {
    redis.off('error', refused)
    resolve()
  })
  return promise
}

/** `ECONNREFUSED` of the system; `WRONGPASS`, `LOADING` … of Redis, which starts its errors with such a word. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  // A Cluster and Sentinels quote the last server that was tried.
  if ('lastNodeError' in error) return codeOf(error.lastNodeError)
  const [, ofSentinel] = /^All sentinels are unreachable\b.* Last error: ([A-Z]{4,}) /.exec(error.message) ?? []
  if (ofSentinel) return ofSentinel
  if ('code' in error) return String(error.code)
  return (error.name === 'ReplyError' && error.message.split(' ', 1)[0]) || error.name
}
