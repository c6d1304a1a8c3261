import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@waystation/runtime'
import { Redis, type RedisOptions } from 'ioredis'

/**
 * - `commands`: our own commands and BullMQ's producers. While Redis is away each call rejects at once; one that Redis
 *   does not answer rejects after 2 s. Rejected is not undone: Redis may still have carried it out, or may yet.
 * - `worker`: BullMQ's workers, whose commands wait for Redis to come back.
 * - `subscriber`: `SUBSCRIBE`; subscribes again by itself after an outage.
 */
export type Purpose = 'commands' | 'worker' | 'subscriber'

type OutageLog = Pick<Log, 'info' | 'warn'>

/** A gateway has 3 s to answer Feishu: this leaves it one to say 503. */
const COMMAND_TIMEOUT_MS = 2_000
/** No reply at all for so long means that the other side is gone without a word, and a new connection is due. */
const SILENCE_MS = 5_000
/** A restarted Redis is back within a second; nobody should wait much longer than it does. */
const RETRY_FIRST_MS = 50
const RETRY_MOST_MS = 1_000

// No autopipelining: it saved neither time nor CPU when measured, and a command queued behind a hung batch would only
// start its timeout when that batch gives up.
const shared = {
  lazyConnect: true,
  connectTimeout: 5_000,
  // How often a Redis that still reads its AOF is asked whether it is done; by default it may be only once in 10 s.
  maxLoadingRetryTime: 200,
  retryStrategy: times => Math.min(RETRY_FIRST_MS * times, RETRY_MOST_MS),
} satisfies RedisOptions

const byPurpose = {
  commands: {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
  },
  worker: { maxRetriesPerRequest: null },
  subscriber: { maxRetriesPerRequest: null },
} satisfies Record<Purpose, RedisOptions>

/**
 * A connection that is ready to use. While Redis is away it waits, after one `redis.unreachable` line in `log`; later
 * outages get such a line each, and a `redis.reachable` when they end. The connection never throws or emits them.
 * Rejects where waiting cannot help: Redis refuses the login. End it with `close`.
 */
export async function connect(url: string, purpose: Purpose, log?: OutageLog): Promise<Redis> {
  const redis = new Redis(url, { ...shared, ...byPurpose[purpose] })
  reportOutages(redis, purpose, log)
  const usable = ready(redis)
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

function ready(redis: Redis): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const refused = (error: unknown) => {
    if (!['NOAUTH', 'NOPERM', 'WRONGPASS'].includes(codeOf(error))) return
    redis.disconnect()
    // No cause: it carries the command, and with it the password.
    reject(new Error(`Redis at ${redis.options.host}:${redis.options.port} refuses the login (${codeOf(error)})`))
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
  if ('code' in error) return String(error.code)
  return (error.name === 'ReplyError' && error.message.split(' ', 1)[0]) || error.name
}
