import type { Log } from '@waystation/runtime'
import { Cluster } from 'ioredis'
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

type Fault = { setting: keyof typeof cures; is: string }

/**
 * One `redis.unsafe` line in `log` for each setting by which a Redis may lose messages, with its cure. Asks for `INFO`
 * alone, which managed services allow where they refuse `CONFIG`; one that does not tell a setting is believed.
 */
export async function warnIfUnsafe(redis: Redis, log: Pick<Log, 'warn'>): Promise<void> {
  const servers = redis instanceof Cluster ? redis.nodes('master') : [redis]
  const infos = await Promise.all(servers.map(server => server.info().catch(() => '')))
  const found = infos.flatMap(info => [...faultsIn(info), ...(isBehindSentinels(redis) ? faultsOfPrimary(info) : [])])
  const faults = new Map(found.map(fault => [fault.setting, fault]))
  for (const { setting, is } of faults.values()) log.warn({ event: 'redis.unsafe', setting, is, cure: cures[setting] })
}

function faultsIn(info: string): Fault[] {
  const [version, policy, aof] = ['redis_version', 'maxmemory_policy', 'aof_enabled'].map(name => told(info, name))
  return [
    ...(version !== undefined && isOlder(version) ? [{ setting: 'version', is: version } as const] : []),
    ...(policy !== undefined && policy !== 'noeviction' ? [{ setting: 'maxmemory-policy', is: policy } as const] : []),
    ...(aof === '0' ? [{ setting: 'appendonly', is: 'no' } as const] : []),
  ]
}

const isBehindSentinels = (redis: Redis) => !(redis instanceof Cluster) && Boolean(redis.options.sentinels?.length)

/** Only where the setting is above 0 does `INFO` count the replicas that are good enough for it. */
function faultsOfPrimary(info: string): Fault[] {
  const isUnset = info !== '' && told(info, 'min_slaves_good_slaves') === undefined
  return isUnset ? [{ setting: 'min-replicas-to-write', is: '0' }] : []
}

const told = (info: string, name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1]

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
}
