import { Cluster, type ClusterOptions, type RedisOptions, Redis as Single } from 'ioredis'
import type { RedisConfig } from './config.ts'

/**
 * A connection to one Redis, to whichever one the Sentinels call the primary, or to all nodes of a Cluster. There the
 * keys of one command, script or transaction must share a hash tag.
 */
export type Redis = Single | Cluster

/**
 * - `commands`: our own commands and BullMQ's producers. While Redis is away each call rejects at once; one that Redis
 *   does not answer rejects after 2 s. Rejected is not undone: Redis may still have carried it out, or may yet.
 * - `worker`: BullMQ's workers, whose commands wait for Redis to come back.
 * - `subscriber`: `SUBSCRIBE`; subscribes again by itself after an outage.
 */
export type Purpose = 'commands' | 'worker' | 'subscriber'

/** A gateway has 3 s to answer Feishu: this leaves it one to say 503. */
export const COMMAND_TIMEOUT_MS = 2_000
/** No reply at all for so long means that the other side is gone without a word, and a new connection is due. */
const SILENCE_MS = 5_000
/** A worker's own connection waits for bells, for 10 s at a time: `maximumBlockTimeout` in BullMQ. */
const WORKER_SILENCE_MS = 20_000
/** A restarted Redis is back within a second; nobody should wait much longer than it does. */
const RETRY_FIRST_MS = 50
const RETRY_MOST_MS = 1_000
/** What a Cluster's failing node is asked again after, and how often: half a second, or the minute that a fail-over takes. */
const ASK_AGAIN_MS = 100
const ASK_AGAIN = { commands: 5, worker: 600, subscriber: 600 } satisfies Record<Purpose, number>
/** How soon nodes that took over are known of, where no answer told it. */
const SLOTS_REFRESH_MS = 5_000

const retryStrategy = (times: number): number => Math.min(RETRY_FIRST_MS * times, RETRY_MOST_MS)

// No autopipelining: it saved neither time nor CPU when measured, and a command queued behind a hung batch would only
// start its timeout when that batch gives up.
const shared = {
  lazyConnect: true,
  connectTimeout: 5_000,
  // How often a Redis that still reads its AOF is asked whether it is done; by default it may be only once in 10 s.
  maxLoadingRetryTime: 200,
  retryStrategy,
} satisfies RedisOptions

const byPurpose = {
  commands: {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
  },
  worker: { maxRetriesPerRequest: null, socketTimeout: WORKER_SILENCE_MS },
  subscriber: { maxRetriesPerRequest: null },
} satisfies Record<Purpose, RedisOptions>

/** Not connected yet. */
export function createClient(at: RedisConfig, purpose: Purpose): Redis {
  const options = { ...shared, ...byPurpose[purpose] }
  if (at.REDIS_CLUSTER_NODES) return new Cluster(at.REDIS_CLUSTER_NODES, clusterOptions(at, purpose))
  if (at.REDIS_SENTINELS) return new Single({ ...options, ...sentinelOptions(at, purpose) })
  return new Single(at.REDIS_URL ?? '', { ...options, ...loginOf(at) })
}

/** For a person. */
export function placeOf(at: RedisConfig): string {
  if (at.REDIS_CLUSTER_NODES) return 'REDIS_CLUSTER_NODES'
  return at.REDIS_SENTINELS ? 'REDIS_SENTINELS' : new URL(at.REDIS_URL ?? '').host
}

function sentinelOptions(at: RedisConfig, purpose: Purpose) {
  const login = loginOf(at)
  return {
    ...login,
    sentinels: at.REDIS_SENTINELS ?? [],
    name: at.REDIS_SENTINEL_NAME ?? 'mymaster',
    ...(at.REDIS_SENTINEL_PASSWORD ? { sentinelPassword: at.REDIS_SENTINEL_PASSWORD } : {}),
    ...(login.tls ? { enableTLSForSentinelMode: true, sentinelTLS: login.tls } : {}),
    sentinelRetryStrategy: retryStrategy,
    // No `failoverDetector`: told of a fail-over while it reconnects, ioredis 6.0 gives up for ever.
    // A primary that was replaced, and whose connection survived, says so. A worker's command is sent again.
    reconnectOnError: ({ message }) => message.startsWith('READONLY') && (purpose === 'commands' ? 1 : 2),
  } satisfies RedisOptions
}

/** A Cluster connects to each node when it is first needed, and holds what is asked of it meanwhile. */
const clusterOptions = (at: RedisConfig, purpose: Purpose) =>
  ({
    lazyConnect: true,
    enableOfflineQueue: purpose !== 'commands',
    clusterRetryStrategy: retryStrategy,
    retryDelayOnFailover: ASK_AGAIN_MS,
    retryDelayOnClusterDown: ASK_AGAIN_MS,
    maxRedirections: ASK_AGAIN[purpose],
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    // A certificate names the host, which ioredis would replace by its address.
    dnsLookup: (host, use) => use(null, host),
    redisOptions: { ...shared, ...byPurpose[purpose], ...loginOf(at) },
  }) satisfies ClusterOptions

function loginOf({
  REDIS_URL = 'redis://any',
  REDIS_PASSWORD,
}: RedisConfig): Pick<RedisOptions, 'username' | 'password' | 'db' | 'tls'> {
  const { username, password: inUrl, pathname, protocol } = new URL(REDIS_URL)
  const password = REDIS_PASSWORD ?? decodeURIComponent(inUrl)
  return {
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password } : {}),
    ...(pathname.length > 1 ? { db: Number(pathname.slice(1)) } : {}),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  }
}
