import { errorCode } from '@waystation/domain'
import { namesRedis, whoIsThere } from '@waystation/redis'
import type { Env } from '@waystation/runtime'
import { isThere } from '../at-work.ts'
import { asServicesAre } from '../config/services.ts'
import type { Words } from '../language.ts'
import type { Reached, Station } from '../station.ts'
import { isOnFeishu, isOnTelegram, variable } from '../variables.ts'
import { clock, clockOf, clockOfRedis, type Other } from './clock.ts'
import { configChecks } from './config.ts'
import { door } from './doors.ts'
import { feishuChecks } from './feishu.ts'
import { fileChecks } from './files.ts'
import { type Finding, green, red, yellow } from './finding.ts'
import { frontChecks } from './front.ts'
import { hostChecks } from './host.ts'
import { disk, memory, node } from './machine.ts'
import { modelChecks } from './models.ts'
import { runnerOf } from './place.ts'
import { port } from './ports.ts'
import { queueChecks } from './queues.ts'
import { redisChecks } from './redis.ts'
import { telegramChecks } from './telegram.ts'
import { workerChecks } from './workers.ts'

/** All that can be looked at from here. */
export async function examine(env: Env, reached: Reached): Promise<Finding[]> {
  const { station } = reached
  const seen = station ? whoIsThere(station.redis) : Promise.resolve([])
  const working = (await seen.catch(() => [])).filter(isThere).map(({ service }) => service)
  // A Redis that is named and not reached may hold up a station that runs.
  const isDown = working.length === 0 && (station !== undefined || !namesRedis(env))
  const isWorked = { inbox: working.includes('inference'), outbox: working.includes('sender') }
  const gateways = working.filter(service => service.startsWith('gateway-'))
  const told = asServicesAre(env)
  const groups: Record<string, () => Promise<Finding[]>> = {
    machine: async () => [node(), memory(), await disk('.'), clock(await otherClocks(env, station))],
    config: async () => configChecks(told),
    files: () => fileChecks(env),
    ...(station
      ? {
          redis: async () => [
            green('redis.connection', { en: 'reached', zh: '已连上' }),
            ...(await redisChecks(station.redis)),
          ],
          workers: async () => workerChecks(await seen, needed(env)),
          queues: () => queueChecks(station, isWorked),
        }
      : { redis: async () => [unreached(reached.why)] }),
    models: () => modelChecks(told),
    host: () => hostChecks(env),
    telegram: () => telegramChecks(told, gateways.includes('gateway-telegram')),
    feishu: () => feishuChecks(told, gateways.includes('gateway-feishu')),
    ...(station
      ? { doors: async () => [...(await door(station.redis, 'telegram')), ...(await door(station.redis, 'feishu'))] }
      : {}),
    front: () => frontChecks(env),
    ...(isDown && runnerOf(env) === 'start' ? { ports: () => port('PORT', env.PORT || '3000') } : {}),
  }
  return await lookAt(groups)
}

/** Each of them, whatever happens to the others. */
export async function lookAt(groups: Readonly<Record<string, () => Promise<Finding[]>>>): Promise<Finding[]> {
  const looks = Object.entries(groups).map(([name, look]) => look().catch(error => [overlooked(name, error)]))
  return (await Promise.all(looks)).flat()
}

/** Without whom somebody is not answered, as far as it is known here. */
const needed = (env: Env): string[] => [
  'inference',
  'sender',
  ...(isOnTelegram(env) ? ['gateway-telegram'] : []),
  ...(isOnFeishu(env) ? ['gateway-feishu'] : []),
]

export async function otherClocks(env: Env, station: Station | undefined): Promise<Other[]> {
  const roots = [
    ...(isOnTelegram(env) ? [variable(env, 'TELEGRAM_API_ROOT') ?? 'https://api.telegram.org'] : []),
    ...(isOnFeishu(env) ? [variable(env, 'FEISHU_BASE_URL') ?? 'https://open.feishu.cn'] : []),
  ]
  const others = await Promise.all([station && clockOfRedis(station.redis), ...roots.map(clockOf)])
  return others.filter(other => other !== undefined)
}

const unreached = (why: Words): Finding =>
  red('redis.connection', {
    finding: why,
    cure: {
      en: at =>
        `${at.status}; a login that is refused: REDIS_PASSWORD. Workers and queues are looked at once it is reached.`,
      zh: at => `${at.status}；登录被拒绝：REDIS_PASSWORD。连上后才能检查进程和队列。`,
    },
  })

/** Without its message, which may quote anything. */
const overlooked = (name: string, error: unknown): Finding =>
  yellow(name, {
    finding: { en: `could not be looked at (${errorCode(error)})`, zh: `无法检查（${errorCode(error)}）` },
    cure: { en: 'Try again; if it stays so, it is a mistake of ours.', zh: '请重试；如果总是这样，是我们的错误。' },
  })
