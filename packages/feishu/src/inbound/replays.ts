import { Unavailable } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import { REPLAYABLE_MS } from './signature.ts'

/** Which signed requests were accepted, known to all replicas for as long as they could come again. */
export type Replays = {
  /** Throws `Unavailable` while Redis is away. */
  seen(appId: string, signature: string): Promise<boolean>
  /** Repeatable. To be called last, when what the request asked is durable. Throws `Unavailable` while Redis is away. */
  remember(appId: string, signature: string): Promise<void>
}

export function createReplays(redis: Redis): Replays {
  return {
    async seen(appId, signature) {
      return (await redis.exists(keyOf(appId, signature)).catch(unavailable)) === 1
    },
    async remember(appId, signature) {
      await redis.set(keyOf(appId, signature), '1', 'PX', REPLAYABLE_MS).catch(unavailable)
    },
  }
}

const keyOf = (appId: string, signature: string) => `waystation:feishu:{${appId}}:request:${signature}`

function unavailable(cause: unknown): never {
  throw new Unavailable('Redis does not tell which requests were accepted', undefined, { cause })
}
