import { findUnsafe, primariesOf, type Redis, readInfo, type UnsafeSetting } from '@waystation/redis'
import type { Words } from '../language.ts'
import { size } from '../text.ts'
import { type Finding, green, red, worstOf, yellow } from './finding.ts'

const PINGS = 5
/** Each step of a message asks Redis several times. */
const SLOW_MS = 20
const HANGS_MS = 500

type Setting = UnsafeSetting['setting']

/** All that a Redis tells of itself. Of a Cluster each primary is asked. */
export async function redisChecks(redis: Redis): Promise<Finding[]> {
  const [unsafe, infos] = await Promise.all([
    findUnsafe(redis),
    Promise.all(primariesOf(redis).map(server => server.info().catch(() => ''))),
  ])
  return [
    await latency(redis),
    ...settings(unsafe, redis, readInfo(infos[0] ?? '', 'redis_version')),
    ...worstOf(infos.map(memory)),
    ...worstOf(infos.map(disk)),
  ]
}

async function latency(redis: Redis): Promise<Finding> {
  const times: number[] = []
  for (let ping = 0; ping < PINGS; ping += 1) {
    const before = performance.now()
    await redis.ping()
    times.push(performance.now() - before)
  }
  // The fastest: what else this process does meanwhile is no delay of Redis'.
  const ms = Math.min(...times)
  const finding = { en: `answers in ${ms.toFixed(1)} ms`, zh: `${ms.toFixed(1)} 毫秒内应答` }
  if (ms < SLOW_MS) return green('redis.latency', finding)
  const cure = {
    en: 'It should be near: in the same data centre, on a machine that is not short of CPU; `redis-cli slowlog get`.',
    zh: '它应当在近处：同一机房、CPU 不紧张的机器上；看看 `redis-cli slowlog get`。',
  }
  return (ms < HANGS_MS ? yellow : red)('redis.latency', { finding, cure })
}

const names: Record<Setting, string> = {
  version: 'redis.version',
  'maxmemory-policy': 'redis.eviction',
  appendonly: 'redis.aof',
  'min-replicas-to-write': 'redis.replicas',
}

const well: Record<Setting, (version: string) => Words> = {
  version: version => ({ en: `${version} will do`, zh: `${version}，可用` }),
  'maxmemory-policy': () => ({ en: 'refuses when it is full, and forgets nothing', zh: '满了就拒绝，不会丢弃' }),
  appendonly: () => ({ en: 'keeps what it was given on disk', zh: '收到的都写到磁盘' }),
  'min-replicas-to-write': () => ({ en: 'takes nothing that a fail-over would lose', zh: '不接收切换时会丢的写入' }),
}

const ill: Record<Setting, (is: string) => Words> = {
  version: is => ({ en: `Redis ${is} is too old`, zh: `Redis ${is} 太旧` }),
  'maxmemory-policy': is => ({
    en: `maxmemory-policy is ${is}: when it is full it drops messages that wait`,
    zh: `maxmemory-policy 是 ${is}：满了会丢弃等候的消息`,
  }),
  appendonly: () => ({
    en: 'AOF is off: a restart loses what waits, and every conversation',
    zh: 'AOF 没有开启：重启会丢失等候的消息和全部会话',
  }),
  'min-replicas-to-write': () => ({
    en: 'behind Sentinels, min-replicas-to-write is 0: a primary that hangs and is replaced loses what it took',
    zh: '由 Sentinel 管理，但 min-replicas-to-write 是 0：卡住后被替换的主节点会丢失已接收的消息',
  }),
}

const cures: Record<Setting, Words> = {
  version: { en: 'Upgrade to Redis 6.2 or later, or to Valkey.', zh: '升级到 Redis 6.2 或更新版本，或 Valkey。' },
  'maxmemory-policy': {
    en: '`maxmemory-policy noeviction` in redis.conf; `waystation doctor --fix` sets it until the next restart.',
    zh: '在 redis.conf 里写 `maxmemory-policy noeviction`；`waystation doctor --fix` 可先设置到下次重启为止。',
  },
  appendonly: {
    en: '`appendonly yes` in redis.conf; `waystation doctor --fix` sets it until the next restart.',
    zh: '在 redis.conf 里写 `appendonly yes`；`waystation doctor --fix` 可先设置到下次重启为止。',
  },
  'min-replicas-to-write': {
    en: '`min-replicas-to-write 1` in redis.conf, with two replicas.',
    zh: '在 redis.conf 里写 `min-replicas-to-write 1`，并有两个副本。',
  },
}

/** What is set so makes nothing worse: a full Redis refuses, and writes its AOF beside its work. */
const safe: Partial<Record<Setting, string>> = { 'maxmemory-policy': 'noeviction', appendonly: 'yes' }

function settings(unsafe: readonly UnsafeSetting[], redis: Redis, version = 'unknown'): Finding[] {
  // It is counted by who has Sentinels alone.
  const asked = (Object.keys(names) as Setting[]).filter(
    setting => setting !== 'min-replicas-to-write' || unsafe.some(fault => fault.setting === setting),
  )
  return asked.map(setting => {
    const fault = unsafe.find(one => one.setting === setting)
    if (!fault) return green(names[setting], well[setting](version))
    const value = safe[setting]
    const trouble = { finding: ill[setting](fault.is), cure: cures[setting] }
    return red(names[setting], value === undefined ? trouble : { ...trouble, fix: () => set(redis, setting, value) })
  })
}

async function set(redis: Redis, setting: string, value: string): Promise<Words> {
  for (const server of primariesOf(redis)) await server.config('SET', setting, value)
  return {
    en: `set ${setting} ${value}; write it into redis.conf too, for the next start`,
    zh: `已设置 ${setting} ${value}；也请写入 redis.conf，供下次启动`,
  }
}

function memory(info: string): Finding {
  const [used, most] = ['used_memory', 'maxmemory'].map(name => Number(readInfo(info, name) ?? 0)) as [number, number]
  if (most === 0)
    return green('redis.memory', { en: `${size(used)} used, without a limit`, zh: `已用 ${size(used)}，不限` })
  const finding = { en: `${size(used)} of ${size(most)} used`, zh: `${size(most)} 中已用 ${size(used)}` }
  if (used < 0.8 * most) return green('redis.memory', finding)
  const cure = {
    en: 'SERVER_SIZE=enhanced or a larger maxmemory, or fewer `history.days`: a full Redis refuses every message.',
    zh: 'SERVER_SIZE=enhanced 或更大的 maxmemory，或更少的 `history.days`：Redis 满了会拒绝所有消息。',
  }
  return (used < 0.95 * most ? yellow : red)('redis.memory', { finding, cure })
}

function disk(info: string): Finding {
  const failed = ['aof_last_write_status', 'aof_last_bgrewrite_status', 'rdb_last_bgsave_status'].filter(
    name => (readInfo(info, name) ?? 'ok') !== 'ok',
  )
  if (failed.length === 0) return green('redis.disk', { en: 'its last writes went well', zh: '最近的写盘都成功' })
  return red('redis.disk', {
    finding: { en: `Redis could not write its data: ${failed.join(', ')}`, zh: `Redis 写盘失败：${failed.join('、')}` },
    cure: {
      en: 'Make room on its disk (`df -h`), or memory (`vm.overcommit_memory=1`); it goes on by itself.',
      zh: '为它的磁盘（`df -h`）或内存（`vm.overcommit_memory=1`）腾出空间；之后会自行恢复。',
    },
  })
}
