import { setTimeout as sleep } from 'node:timers/promises'
import { Unavailable } from '@waystation/domain'
import { createBells } from '@waystation/mailbox'
import {
  close,
  connect,
  findProvidedRedis,
  namesRedis,
  type Redis,
  type RedisConfig,
  redisConfig,
} from '@waystation/redis'
import { ConfigError, type Env, readEnv } from '@waystation/runtime'
import { alike, type Words } from './language.ts'
import { Wrong } from './wrong.ts'

const PATIENCE_MS = 5_000

/** The station's Redis, and how its processes are rung for. */
export type Station = AsyncDisposable & {
  redis: Redis
  bells: ReturnType<typeof createBells>
  outboxBells: ReturnType<typeof createBells>
}

/** The station's Redis cannot be asked. */
export class Unreachable extends Wrong {
  override name = 'Unreachable'
}

/** Throws `Unreachable`, or `ConfigError` where the variables are at fault or Redis refuses the login. */
export async function connected(env: Env): Promise<Station> {
  const redis = await Promise.race([
    connect(await whereRedisIs(env), 'commands'),
    sleep(PATIENCE_MS, undefined, { ref: false }),
  ])
  if (!redis)
    throw new Unreachable({
      en: `Redis does not answer within ${PATIENCE_MS / 1000} s. Does it run, and is REDIS_URL its address?`,
      zh: `Redis 在 ${PATIENCE_MS / 1000} 秒内没有应答。它在运行吗？REDIS_URL 是它的地址吗？`,
    })
  const [bells, outboxBells] = [createBells('inbox', redis), createBells('outbox', redis)]
  return {
    redis,
    bells,
    outboxBells,
    async [Symbol.asyncDispose]() {
      await Promise.all([bells.close(), outboxBells.close()])
      await close(redis)
    },
  }
}

/** A Redis that refuses something, or went away under way, in words; any other error as it is. */
export function inWords(error: unknown, { redis }: Pick<Station, 'redis'>): unknown {
  const fault = error instanceof Unavailable ? error.cause : error
  if (!(fault instanceof Error)) return error
  if (fault.name === 'ReplyError') return new Wrong(refuses(fault.message))
  return isOfConnection(fault) || (fault.name === 'Error' && redis.status !== 'ready') ? new Unreachable(GONE) : error
}

/** ioredis' own, which may come while it is connected again, or still: of a Redis that hangs. */
const isOfConnection = ({ name, message }: Error): boolean =>
  name === 'MaxRetriesPerRequestError' || message === 'Command timed out'

const refuses = (why: string): Words => ({ en: `Redis refuses it: ${why}`, zh: `Redis 拒绝执行：${why}` })
const GONE = {
  en: 'Redis no longer answers, and perhaps not all is done: ask again once it does.',
  zh: 'Redis 不再应答，可能没有全部做完：等它恢复后再试。',
}

/** A station that is connected, or why it is not. */
export type Reached = { station: Station; why?: never } | { station?: never; why: Words }

export async function reach(env: Env): Promise<Reached> {
  try {
    return { station: await connected(env) }
  } catch (error) {
    if (error instanceof Unreachable) return { why: error.words }
    if (!(error instanceof ConfigError)) throw error
    return { why: alike(error.message.replaceAll(/\s+/g, ' ')) }
  }
}

/** That of the variables, or the private one of `npm start` in this folder. */
async function whereRedisIs(env: Env): Promise<RedisConfig> {
  if (namesRedis(env)) return readEnv(redisConfig, env)
  const url = await findProvidedRedis('.data/redis')
  if (url !== undefined) return { REDIS_URL: url }
  throw new Unreachable({
    en: 'There is no station here: start one with `npm start` in this folder, or set REDIS_URL to the address of its Redis.',
    zh: '这里没有运行中的 Waystation：在此目录用 `npm start` 启动，或把 REDIS_URL 设为它的 Redis 地址。',
  })
}
