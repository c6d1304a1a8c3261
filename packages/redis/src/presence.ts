import { hostname } from 'node:os'
import { type Env, ownVersion } from '@waystation/runtime'
import { z } from 'zod'
import type { Redis } from './client.ts'
import { script } from './script.ts'

const KEY = 'waystation:{processes}:present'
const EVERY_MS = 5_000
/** Who died is known of for so long. */
const REMEMBERED_SECONDS = 600

const present = z.object({
  service: z.string(),
  version: z.string(),
  revision: z.string(),
  host: z.string(),
  pid: z.number(),
  /** Whose replies a sender carries, as conversations' ids begin: `<channel>.<bot>`. */
  bots: z.array(z.string()).exactOptional(),
})

/** A service in a process of the station. */
export type Present = z.infer<typeof present>

/** How a service lets be known that it is there. */
export type Presence = {
  /** From now on, every few seconds. What Redis does not hear while it is away is not said again. */
  come(): void
  /** Not there any more; who just dies is known to have been. */
  leave(): Promise<void>
}

/** `redis`: a connection that fails at once while Redis is away. */
export function createPresence(redis: Redis, service: string, env: Env, more: Pick<Present, 'bots'> = {}): Presence {
  const say = script(redis, new URL('./presence.lua', import.meta.url))
  const me = JSON.stringify({
    service,
    version: ownVersion(env),
    revision: env.WAYSTATION_REVISION || 'unknown',
    host: hostname(),
    pid: process.pid,
    ...more,
  } satisfies Present)
  const sayOnce = () => void say([KEY], [me, REMEMBERED_SECONDS]).catch(() => {})
  let timer: NodeJS.Timeout | undefined
  return {
    come() {
      sayOnce()
      timer = setInterval(sayOnce, EVERY_MS)
      timer.unref()
    },
    async leave() {
      clearInterval(timer)
      await redis.zrem(KEY, me).catch(() => {})
    },
  }
}

/** Who is or was there, the latest to say so first; `silentMs`: since they last did. */
export async function whoIsThere(redis: Redis): Promise<(Present & { silentMs: number })[]> {
  const [members, [seconds]] = await Promise.all([redis.zrange(KEY, '0', '-1', 'REV', 'WITHSCORES'), redis.time()])
  return members.flatMap((member, index) =>
    index % 2 === 0
      ? [{ ...read(member), silentMs: 1000 * Math.max(0, Number(seconds) - Number(members[index + 1])) }]
      : [],
  )
}

/** Only `come` writes there. */
const read = (member: string): Present => present.parse(JSON.parse(member))
