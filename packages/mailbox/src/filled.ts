import type { ConversationId } from '@waystation/domain'
import { type Redis, script } from '@waystation/redis'

/** How long a conversation stands on the index at least. Clocks of two machines differ by far less. */
const STANDS_MS = 30_000
/** Bounds what a process remembers. */
const MAX_ADDED = 10_000

export type Filled = { conversation: ConversationId; filledAt: string }

/**
 * The conversations whose box may hold something. It lives on another node of a cluster than the boxes, so it is
 * filled beside every push and cleaned by the sweep alone: it may name an empty box, but misses no full one.
 */
export function createIndex(redis: Redis, key: string) {
  const added = new Map<ConversationId, number>()
  const forgetScript = script(redis, new URL('./forget.lua', import.meta.url))
  return {
    /**
     * Before every push, which need not wait for it: else a census might miss the box. What this process added just now
     * stands there still.
     */
    async add(conversation: ConversationId): Promise<void> {
      const now = Date.now()
      if (now - (added.get(conversation) ?? 0) < STANDS_MS) return
      await redis.zadd(key, now, conversation)
      if (added.size >= MAX_ADDED) added.clear()
      added.set(conversation, now)
    },

    /** Every conversation on the index, with when its box was last filled, some hundreds at a time. */
    async *pages(): AsyncGenerator<Filled[]> {
      let cursor = '0'
      do {
        const [next, items] = await redis.zscan(key, cursor, 'COUNT', 500)
        const page: Filled[] = []
        for (let i = 0; i + 1 < items.length; i += 2) {
          // Only `add` writes here.
          page.push({ conversation: items[i] as ConversationId, filledAt: items[i + 1] as string })
        }
        yield page
        cursor = next
      } while (cursor !== '0')
    },

    async *all(): AsyncGenerator<Filled> {
      for await (const page of this.pages()) yield* page
    },

    /** Unless the box was filled again, or so lately that somebody may count on it. */
    async forget(conversation: ConversationId, filledAt: string): Promise<void> {
      if (Date.now() - Number(filledAt) > 2 * STANDS_MS) await forgetScript([key], [conversation, filledAt])
    },
  }
}
