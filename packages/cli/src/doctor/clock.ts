import { createClient } from '@waystation/http'
import type { Redis } from '@waystation/redis'
import { type Finding, green, red, yellow } from './finding.ts'

/** A platform tells the time in whole seconds. */
const APART_MS = 5_000
/** From then on boxes may be passed over by who cleans their index, and platforms' signatures come near to their end. */
const FAR_APART_MS = 30_000
const PATIENCE_MS = 5_000

/** A clock of somebody else's: `aheadMs` of ours. */
export type Other = { who: string; aheadMs: number }

export async function clockOfRedis(redis: Redis): Promise<Other> {
  const before = Date.now()
  const [seconds, micros] = await redis.time()
  const theirs = Number(seconds) * 1000 + Number(micros) / 1000
  return { who: 'Redis', aheadMs: theirs - (before + Date.now()) / 2 }
}

/** By the `Date` of whatever it answers; `undefined` where it is not reached, which other checks tell. */
export async function clockOf(root: string): Promise<Other | undefined> {
  if (!URL.canParse(root)) return undefined
  const client = createClient(root)
  const before = Date.now()
  try {
    const call = { name: 'clock', method: 'GET', path: '/', timeLimitMs: PATIENCE_MS } as const
    const theirs = Date.parse(String((await client.call(call)).headers.date))
    if (Number.isNaN(theirs)) return undefined
    return { who: new URL(root).host, aheadMs: theirs + 500 - (before + Date.now()) / 2 }
  } catch {
    return undefined
  } finally {
    await client.close()
  }
}

export function clock(others: readonly Other[]): Finding {
  const furthest = others.toSorted((one, other) => Math.abs(other.aheadMs) - Math.abs(one.aheadMs))[0]
  const who = others.map(other => other.who).join(', ')
  const cure = {
    en: 'Let both machines ask a time server: `timedatectl set-ntp true`.',
    zh: '让两台机器都与时间服务器同步：`timedatectl set-ntp true`。',
  }
  if (!furthest)
    return yellow('machine.clock', {
      finding: { en: 'There is no other clock to compare with', zh: '没有可以比对的时钟' },
      cure: { en: 'It is compared once Redis or a platform is reached.', zh: '连上 Redis 或平台后才能比对。' },
    })
  const apart = Math.abs(furthest.aheadMs)
  if (apart < APART_MS) return green('machine.clock', { en: `as that of ${who}`, zh: `与 ${who} 一致` })
  const seconds = Math.round(apart / 1000)
  const finding =
    furthest.aheadMs > 0
      ? { en: `${seconds} s behind ${furthest.who}`, zh: `比 ${furthest.who} 慢 ${seconds} 秒` }
      : { en: `${seconds} s ahead of ${furthest.who}`, zh: `比 ${furthest.who} 快 ${seconds} 秒` }
  return (apart < FAR_APART_MS ? yellow : red)('machine.clock', { finding, cure })
}
