import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError, type Log } from '@waystation/runtime'
import { Cluster, type Redis as Single } from 'ioredis'
import { COMMAND_TIMEOUT_MS, createClient, type Purpose, placeOf, type Redis } from './client.ts'
import type { RedisConfig } from './config.ts'

type OutageLog = Pick<Log, 'info' | 'warn'>

/**
 * A connection that is ready to use, to what is configured or to the Redis at a URL. While Redis is away it waits, after
 * one `redis.unreachable` line in `log`; later outages get such a line each, and a `redis.reachable` when they end. In a
 * Cluster each node has outages of its own, named by `node`, and the whole has one when no node answers. The connection
 * never throws or emits them. Rejects with a `ConfigError` where waiting cannot help: Redis refuses the login, or has no
 * such database. End it with `close`.
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
function reportOutages(redis: Redis, purpose: Purpose, log: OutageLog | undefined): void {
  const whole = outageOf({ purpose }, log)
  redis.on('error', error => whole.lost(codeOf(error)))
  redis.on('reconnecting', () => whole.lost('closed'))
  redis.on('ready', whole.over)
  if (redis instanceof Cluster) reportNodes(redis, purpose, log)
}

/** A node is missed when it is asked, and back when it is connected: a Cluster asks all of them sooner or later. */
function reportNodes(cluster: Cluster, purpose: Purpose, log: OutageLog | undefined): void {
  const outages = new Map<string, ReturnType<typeof outageOf>>()
  cluster.on('node error', (error: unknown, node: string) => {
    const outage = outages.get(node) ?? outageOf({ purpose, node }, log)
    outages.set(node, outage)
    outage.lost(codeOf(error))
  })
  cluster.on('+node', (one: Single) => {
    one.on('ready', () => outages.get(`${one.options.host}:${one.options.port}`)?.over())
  })
}

/** Tells of each outage once, and once more when what is heard last is that the login is refused. */
function outageOf(what: { purpose: Purpose; node?: string }, log: OutageLog | undefined) {
  let lostAt: number | undefined
  let told: string | undefined
  return {
    lost(errorCode: string): void {
      if (lostAt !== undefined && (told === errorCode || !isRefusal(errorCode))) return
      lostAt ??= Date.now()
      told = errorCode
      log?.warn({ event: 'redis.unreachable', ...what, errorCode })
    },
    over(): void {
      if (lostAt === undefined) return
      log?.info({ event: 'redis.reachable', ...what, awayMs: Date.now() - lostAt })
      lostAt = undefined
    },
  }
}

const isRefusal = (errorCode: string): boolean => ['NOAUTH', 'NOPERM', 'WRONGPASS'].includes(errorCode)

const isOfDatabase = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('ERR DB index is out of range')

function ready(redis: Redis, place: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const refused = (error: unknown) => {
    const isLogin = isRefusal(codeOf(error))
    // ioredis would go on in database 0, which may be somebody else's.
    if (!isLogin && !isOfDatabase(error)) return
    redis.disconnect()
    // No cause: it carries the command, and with it the password.
    reject(
      new ConfigError(
        isLogin
          ? `Redis at ${place} refuses the login (${codeOf(error)})`
          : `Redis at ${place} has fewer databases than the number in REDIS_URL`,
      ),
    )
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
  // ioredis' own have neither name nor code: the reason is kept to itself, or it was `socketTimeout`.
  if (error.message.endsWith('Connection is closed.')) return 'closed'
  if (error.message.startsWith('Socket timeout')) return 'silent'
  return (error.name === 'ReplyError' && error.message.split(' ', 1)[0]) || error.name
}
