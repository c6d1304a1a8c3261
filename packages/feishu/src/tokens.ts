import { setTimeout as sleep } from 'node:timers/promises'
import { Unavailable } from '@waystation/domain'
import type { Client } from '@waystation/http'
import { type Redis, script } from '@waystation/redis'
import { z } from 'zod'
import type { FeishuApp } from './config.ts'
import { failureOf } from './errors.ts'

/** In the last 30 minutes of a token's life Feishu gives a new one, and both work: it is changed in the middle of them. */
const RENEW_BEFORE_SECONDS = 15 * 60
/** Whoever asks for a token has so long; then another one may. */
const ASKING_MS = 5_000
const LOOK_EVERY_MS = 50

const grantSchema = z.object({ code: z.literal(0), tenant_access_token: z.string(), expire: z.number() })

/** The token by which an app calls, shared by all callers of all replicas. */
export type Tokens = {
  /** A token that is valid for minutes. Throws what `failureOf` says, or `Unavailable` while Redis is away. */
  get(): Promise<string>
  /** Forgets a token that Feishu did not take, unless somebody has put another in its place. */
  drop(token: string): Promise<void>
}

/** Asks Feishu itself. `expire`: seconds. Throws what `failureOf` says. */
export async function askForToken(app: FeishuApp, client: Client): Promise<z.infer<typeof grantSchema>> {
  const answer = await client.call({
    name: 'token',
    method: 'POST',
    path: '/open-apis/auth/v3/tenant_access_token/internal',
    body: { app_id: app.appId, app_secret: app.appSecret },
    timeLimitMs: ASKING_MS,
  })
  const { data: grant } = grantSchema.safeParse(answer.body)
  if (!grant) throw failureOf('token', answer)
  return grant
}

/** One flight for all: whoever finds no token in Redis asks Feishu, while the others look for it there. */
export function createTokens(app: FeishuApp, client: Client, redis: Redis): Tokens {
  const key = `waystation:feishu:{${app.appId}}:token`
  const dropScript = script(redis, new URL('./drop.lua', import.meta.url))
  let known: { token: string; until: number } | undefined
  let flight: Promise<string> | undefined

  async function find(): Promise<string> {
    for (;;) {
      const [[, token], [, leftMs]] = (await redis.multi().get(key).pttl(key).exec()) as [
        [null, string | null],
        [null, number],
      ]
      if (token !== null) return remember(token, leftMs)
      if ((await redis.set(`${key}:asking`, 1, 'PX', ASKING_MS, 'NX')) === 'OK') return ask()
      await sleep(LOOK_EVERY_MS)
    }
  }

  async function ask(): Promise<string> {
    try {
      const grant = await askForToken(app, client)
      // A token that lives shorter than that is used for half of its life, if only a moment.
      const seconds = Math.max(grant.expire - RENEW_BEFORE_SECONDS, grant.expire / 2)
      const usableMs = Math.max(Math.round(seconds * 1000), 1)
      await redis.set(key, grant.tenant_access_token, 'PX', usableMs)
      return remember(grant.tenant_access_token, usableMs)
    } finally {
      await redis.del(`${key}:asking`).catch(() => {})
    }
  }

  function remember(token: string, leftMs: number): string {
    known = { token, until: Date.now() + leftMs }
    return token
  }

  return {
    async get() {
      if (known && Date.now() < known.until) return known.token
      flight ??= find().finally(() => {
        flight = undefined
      })
      return flight.catch(redisIsAway)
    },
    async drop(token) {
      if (known?.token === token) known = undefined
      await dropScript([key], [token]).catch(redisIsAway)
    },
  }
}

function redisIsAway(error: unknown): never {
  if (error instanceof Unavailable) throw error
  throw new Unavailable('Redis does not tell the token', undefined, { cause: error })
}
