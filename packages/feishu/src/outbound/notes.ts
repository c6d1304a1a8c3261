import { type Reply, Unavailable } from '@waystation/domain'
import type { Redis } from '@waystation/redis'

/** Longer than a delivery is tried for. */
const KEEP_SECONDS = 26 * 60 * 60

/**
 * `card`: the id of the card in which the reply grows. `abandoned`: the receipt of the message that shows it, when it is
 * to be gone. `reaction`: the one on the question that says "working on it".
 */
type Note = 'abandoned' | 'card' | 'reaction'

export type Notes = ReturnType<typeof createNotes>

/**
 * What senders know of a reply besides its receipts, in Redis, so that another sender goes on where one died. Every call
 * throws `Unavailable` while Redis is away.
 */
export function createNotes(redis: Redis) {
  const keyOf = ({ id, conversation }: Reply) => `waystation:{${conversation}}:feishu:${id}`
  return {
    async read(reply: Reply): Promise<{ [name in Note]?: string }> {
      const [abandoned, card, reaction] = await redis
        .hmget(keyOf(reply), 'abandoned', 'card', 'reaction')
        .catch(redisIsAway)
      return { ...(abandoned ? { abandoned } : {}), ...(card ? { card } : {}), ...(reaction ? { reaction } : {}) }
    },

    /** Notes what nobody noted before; returns what is noted now. */
    async add(reply: Reply, name: Note, value: string): Promise<string> {
      const key = keyOf(reply)
      const [, , [, noted] = []] =
        (await redis
          .multi()
          .hsetnx(key, name, value)
          .expire(key, KEEP_SECONDS)
          .hget(key, name)
          .exec()
          .catch(redisIsAway)) ?? []
      return typeof noted === 'string' ? noted : redisIsAway(undefined)
    },

    async remove(reply: Reply, ...names: Note[]): Promise<void> {
      await redis.hdel(keyOf(reply), ...names).catch(redisIsAway)
    },

    /** 1, 2, 3 …, the same for no two callers. */
    async count(reply: Reply, what: 'failures' | 'sequence'): Promise<number> {
      return redis.hincrby(keyOf(reply), what, 1).catch(redisIsAway)
    },
  }
}

function redisIsAway(cause: unknown): never {
  throw new Unavailable('Redis does not know the reply’s card', undefined, { cause })
}
