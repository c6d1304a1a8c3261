import type { ConversationId } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import { z } from 'zod'
import type { Bells } from './bells.ts'
import { createIndex, type Filled } from './filled.ts'
import { censusKey, indexKeys, keysOf } from './keys.ts'

type Kind = keyof typeof indexKeys

/** What waits in all boxes of one kind; `oldestAt` in ms since 1970, by when the oldest was received (or died). */
export type Census = { conversations: number; items: number; oldestAt?: number }

const dated = z.union([
  z.object({ receivedAt: z.number() }).transform(item => item.receivedAt),
  z.object({ at: z.number() }).transform(item => item.at),
])

/** Two sweeps: where none comes any more, whoever asks counts himself. */
const KEEP_MS = 10_000
/** Whoever is younger has its bell still under way, most likely. */
const WAITED_MS = 3_000

/** Counts what waits now. */
export const takeCensus = (redis: Redis, kind: Kind): Promise<Census> =>
  walk(redis, kind, createIndex(redis, indexKeys[kind]), async () => {})

/**
 * What waited some seconds ago, for metrics: to look into every box whenever one of all replicas is asked would cost more
 * than the messages.
 */
export async function lastCensus(redis: Redis, kind: Kind): Promise<Census> {
  const kept = await redis.get(censusKey(kind))
  // Only `keep` writes here.
  if (kept !== null) return JSON.parse(kept) as Census
  return keep(redis, kind, await takeCensus(redis, kind))
}

/**
 * Rings every box in which something has waited for a while, for a bell may have died with the one who should have rung
 * it; takes empty boxes off the index; and keeps the census.
 */
export async function sweep(redis: Redis, kind: 'inbox' | 'outbox', bells: Bells): Promise<void> {
  const index = createIndex(redis, indexKeys[kind])
  const census = await walk(redis, kind, index, async ({ conversation, filledAt }, oldest) => {
    if (oldest === undefined) await index.forget(conversation, filledAt)
    else if (Date.now() - oldest > WAITED_MS) await bells.ring(conversation)
  })
  await keep(redis, kind, census)
}

/** Looks into every box that may hold something, a page of them at once: one after the other would cost four times as much. */
async function walk(
  redis: Redis,
  kind: Kind,
  index: ReturnType<typeof createIndex>,
  see: (box: Filled, oldest: number | undefined) => Promise<void>,
): Promise<Census> {
  const census: Census = { conversations: 0, items: 0 }

  async function look(box: Filled): Promise<void> {
    const oldest = await oldestOf(redis, kind, box.conversation)
    const items = oldest === undefined ? 0 : await redis.llen(keysOf(box.conversation)[kind])
    if (oldest !== undefined && items > 0) {
      census.conversations += 1
      census.items += items
      census.oldestAt = Math.min(census.oldestAt ?? oldest, oldest)
    }
    await see(box, oldest)
  }

  for await (const page of index.pages()) await Promise.all(page.map(look))
  return census
}

async function keep(redis: Redis, kind: Kind, census: Census): Promise<Census> {
  await redis.set(censusKey(kind), JSON.stringify(census), 'PX', KEEP_MS)
  return census
}

/** When the oldest item of a box was received; 0 for one that does not say. `undefined` for an empty box. */
async function oldestOf(redis: Redis, kind: Kind, conversation: ConversationId): Promise<number | undefined> {
  const keys = keysOf(conversation)
  const head = await redis.lindex(keys[kind], 0)
  if (head === null) return undefined
  const item = kind === 'outbox' ? await redis.hget(keys.reply(head), 'reply') : head
  // It was settled between the two, and others may wait behind it.
  if (item === null) return Date.now()
  return dated.safeParse(JSON.parse(item)).data ?? 0
}
