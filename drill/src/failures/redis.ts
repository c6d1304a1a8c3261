import { close, connect, type Redis } from '@waystation/redis'
import type { Failure } from '../failure.ts'
import type { Site } from '../site.ts'
import { talk } from '../talk.ts'

/** So much of its memory is used then. */
const NEARLY_FULL = 0.95

export const redisFailures: Failure[] = [
  {
    what: 'Redis is killed while people write',
    tells: { RedisDown: ['mail'] },
    // The relay is one of those whom it takes down.
    mayTell: { RedisDown: ['wecom', 'sms'] },
    async cause(site) {
      const hush = talk(site, 5)
      await site.station.redis.kill()
      return async () => {
        hush()
        await site.station.redis.restart()
      }
    },
  },
  {
    what: 'Redis is given hardly more memory than it uses',
    tells: { RedisMemoryShort: ['wecom', 'sms', 'mail'] },
    cause: site =>
      withRedis(site, async redis => {
        const [, used] = /used_memory:(\d+)/.exec(await redis.info('memory')) ?? []
        await redis.config('SET', 'maxmemory', Math.round(Number(used) / NEARLY_FULL))
        return async () => void (await redis.config('SET', 'maxmemory', 0))
      }),
  },
  {
    what: "Redis's AOF is switched off",
    tells: { RedisAofFails: ['wecom', 'sms', 'mail'] },
    cause: site =>
      withRedis(site, async redis => {
        await redis.config('SET', 'appendonly', 'no')
        return async () => void (await redis.config('SET', 'appendonly', 'yes'))
      }),
  },
]

async function withRedis({ station }: Site, cause: (redis: Redis) => Promise<() => Promise<void>>) {
  const redis = await connect(station.redis.url, 'commands')
  const mend = await cause(redis)
  return async () => {
    await mend()
    await close(redis)
  }
}
