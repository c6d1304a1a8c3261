import type { Log } from '@waystation/runtime'
import { Cluster, type Redis as Single } from 'ioredis'
import type { Redis } from './client.ts'

/** The first that knows `SET … GET`, by which votes are counted. */
const OLDEST = [6, 2] as const

const cures = {
  version: 'upgrade to Redis 6.2 or later, or to Valkey',
  'maxmemory-policy':
    'set "maxmemory-policy noeviction" in redis.conf: a full Redis must refuse messages, not drop them',
  appendonly: 'set "appendonly yes" in redis.conf: a restart loses what waits',
  'min-replicas-to-write':
    'set "min-replicas-to-write 1", with two replicas: a primary that hangs and is replaced takes messages when it wakes up',
}

/** A setting by which a Redis may lose messages. */
export type UnsafeSetting = { setting: keyof typeof cures; is: string }

/** One `redis.unsafe` line in `log` for each setting by which a Redis may lose messages, with its cure. */
export async function warnIfUnsafe(redis: Redis, log: Pick<Log, 'warn'>): Promise<void> {
  for (const { setting, is } of await findUnsafe(redis))
    log.warn({ event: 'redis.unsafe', setting, is, cure: cures[setting] })
}

/**
 * Each once, whichever server has it. Asks for `INFO` alone, which managed services allow where they refuse `CONFIG`; one
 * that does not tell a setting is believed.
 */
export async function findUnsafe(redis: Redis): Promise<UnsafeSetting[]> {
  const infos = await Promise.all(primariesOf(redis).map(server => server.info().catch(() => '')))
  const found = infos.flatMap(info => [...faultsIn(info), ...(isBehindSentinels(redis) ? faultsOfPrimary(info) : [])])
  return [...new Map(found.map(fault => [fault.setting, fault])).values()]
}

/** The servers that hold what is written: one, or those of a Cluster. */
export const primariesOf = (redis: Redis): Single[] => (redis instanceof Cluster ? redis.nodes('master') : [redis])

function faultsIn(info: string): UnsafeSetting[] {
  const [version, policy, aof] = ['redis_version', 'maxmemory_policy', 'aof_enabled'].map(name => readInfo(info, name))
  return [
    ...(version !== undefined && isOlder(version) ? [{ setting: 'version', is: version } as const] : []),
    ...(policy !== undefined && policy !== 'noeviction' ? [{ setting: 'maxmemory-policy', is: policy } as const] : []),
    ...(aof === '0' ? [{ setting: 'appendonly', is: 'no' } as const] : []),
  ]
}

const isBehindSentinels = (redis: Redis) => !(redis instanceof Cluster) && Boolean(redis.options.sentinels?.length)

/** Only where the setting is above 0 does `INFO` count the replicas that are good enough for it. */
function faultsOfPrimary(info: string): UnsafeSetting[] {
  const isUnset = info !== '' && readInfo(info, 'min_slaves_good_slaves') === undefined
  return isUnset ? [{ setting: 'min-replicas-to-write', is: '0' }] : []
}

/** What `INFO` says of one thing. */
export const readInfo = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1]

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
}
