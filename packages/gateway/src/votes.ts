import { Unavailable, type Vote } from '@waystation/domain'
import type { Redis } from '@waystation/redis'

/** Long after anybody would change their mind. */
const KEEP_SECONDS = 30 * 24 * 60 * 60

/** What people think of replies, so that nobody counts twice, however often they press or a platform repeats. */
export function createVotes(redis: Redis) {
  return {
    /** Notes the vote; `true` where its voter said nothing or something else before. Throws `Unavailable`. */
    async isNews({ conversation, replyId, voter, vote }: Vote): Promise<boolean> {
      const key = `waystation:{${conversation}}:vote:${replyId}:${voter}`
      const before = await redis.set(key, vote, 'EX', KEEP_SECONDS, 'GET').catch(cause => {
        throw new Unavailable('Redis did not take the vote', undefined, { cause })
      })
      return before !== vote
    },
  }
}
