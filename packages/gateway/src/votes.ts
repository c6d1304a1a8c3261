import { Unavailable, type Vote } from '@waystation/domain'
import { keysOf } from '@waystation/mailbox'
import { type Redis, script } from '@waystation/redis'

/** Long after anybody would change their mind. */
const KEEP_SECONDS = 30 * 24 * 60 * 60

/** What people think of replies, so that nobody counts twice, however often they press or a platform repeats. */
export function createVotes(redis: Redis) {
  const voteScript = script(redis, new URL('./vote.lua', import.meta.url))
  return {
    /**
     * Notes the vote, unless the conversation is blocked; `news` where its voter said nothing or something else before.
     * Throws `Unavailable`.
     */
    async cast({ conversation, replyId, voter, vote }: Vote): Promise<'news' | 'repeated' | 'blocked'> {
      const key = `waystation:{${conversation}}:vote:${replyId}:${voter}`
      const outcome = await voteScript([key, keysOf(conversation).blocked], [vote, KEEP_SECONDS]).catch(cause => {
        throw new Unavailable('Redis did not take the vote', undefined, { cause })
      })
      // As vote.lua answers.
      return outcome as 'news' | 'repeated' | 'blocked'
    },
  }
}
