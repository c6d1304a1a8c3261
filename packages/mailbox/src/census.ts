import type { ConversationId } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import { z } from 'zod'
import type { Bells } from './bells.ts'
import { createIndex } from './filled.ts'
import { indexKeys, keysOf } from './keys.ts'

type Kind = keyof typeof indexKeys

/** What waits in all boxes of one kind; `oldestAt` in ms since 1970, by when the oldest was received (or died). */
export type Census = { conversations: number; items: number; oldestAt?: number }

const dated = z.union([
  z.object({ receivedAt: z.number() }).transform(item => item.receivedAt),
  z.object({ at: z.number() }).transform(item => item.at),
])

/** Counts what waits, for metrics and for those who wait until nothing does. */
export async function takeCensus(redis: Redis, kind: Kind): Promise<Census> {
  const census: Census = { conversations: 0, items: 0 }
  for await (const { conversation } of createIndex(redis, indexKeys[kind]).all()) {
    const [items, oldest] = await Promise.all([
      redis.llen(keysOf(conversation)[kind]),
      oldestOf(redis, kind, conversation),
    ])
    if (items === 0) continue
    census.conversations += 1
    census.items += items
    if (oldest !== undefined) census.oldestAt = Math.min(census.oldestAt ?? oldest, oldest)
  }
  return census
}

/** Whoever is younger has its bell still under way, most likely. */
const WAITED_MS = 3_000

/**
 * Rings every box in which something has waited for a while, for a bell may have died with the one who should have rung
 * it; and takes empty boxes off the index.
 */
export async function sweep(redis: Redis, kind: 'inbox' | 'outbox', bells: Bells): Promise<void> {
  const index = createIndex(redis, indexKeys[kind])
  for await (const { conversation, filledAt } of index.all()) {
    const oldest = await oldestOf(redis, kind, conversation)
    if (oldest === undefined) await index.forget(conversation, filledAt)
    else if (Date.now() - oldest > WAITED_MS) await bells.ring(conversation)
  }
}

/** When the oldest item of a box was received; 0 for one that does not say. `undefined` for an empty box. */
async function oldestOf(redis: Redis, kind: Kind, conversation: ConversationId): Promise<number | undefined> {
  const keys = keysOf(conversation)
  const head = await redis.lindex(keys[kind], 0)
  const item = kind === 'outbox' && head !== null ? await redis.hget(keys.reply(head), 'reply') : head
  return item === null ? undefined : (dated.safeParse(JSON.parse(item)).data ?? 0)
}
