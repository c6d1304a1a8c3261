import type { ConversationId } from '@waystation/domain'
import { script } from '@waystation/redis'
import type { Redis } from 'ioredis'

/**
 * The conversations whose box may hold something. It lives on another node of a cluster than the boxes, so it is
 * filled beside every push and cleaned by the sweep alone: it may name an empty box, but misses no full one.
 */
export function createIndex(redis: Redis, key: string) {
  const forgetScript = script(redis, new URL('./forget.lua', import.meta.url))
  return {
    add: (conversation: ConversationId) => redis.zadd(key, Date.now(), conversation),

    /** Every conversation on the index, with when its box was last filled. */
    async *all(): AsyncGenerator<{ conversation: ConversationId; filledAt: string }> {
      let cursor = '0'
      do {
        const [next, items] = await redis.zscan(key, cursor, 'COUNT', 500)
        for (let i = 0; i + 1 < items.length; i += 2) {
          // Only `add` writes here.
          yield { conversation: items[i] as ConversationId, filledAt: items[i + 1] as string }
        }
        cursor = next
      } while (cursor !== '0')
    },

    /** Unless the box was filled again. */
    forget: (conversation: ConversationId, filledAt: string) => forgetScript([key], [conversation, filledAt]),
  }
}
