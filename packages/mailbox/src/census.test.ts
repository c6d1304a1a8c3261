import { redisForTests } from '@waystation/redis/for-tests'
import { beforeEach, expect, test } from 'vitest'
import { lastCensus, sweep, takeCensus } from './census.ts'
import { createIndex } from './filled.ts'
import { createInbox, type Inbox } from './inbox/inbox.ts'
import { censusKey, indexKeys, keysOf } from './keys.ts'

let inbox: Inbox
const rung: string[] = []
const bells = {
  ring: async (conversation: string) => {
    rung.push(conversation)
  },
  close: async () => {},
}

const { redis } = await redisForTests()
const anHourAgo = () => Date.now() - 3_600_000

beforeEach(async () => {
  // It remembers what it put on the index.
  inbox = createInbox(redis, bells, bells)
  for (const [chat, receivedAt] of [
    ['1', 300],
    ['2', 100],
    ['2', 200],
  ] as const) {
    await inbox.post({
      id: `${receivedAt}`,
      conversation: `telegram.1.${chat}`,
      sender: { id: '7' },
      text: 'hi',
      attachments: [],
      mentions: [],
      addressed: 'direct',
      sentAt: 1,
      receivedAt,
      traceId: 't',
    })
  }
  rung.length = 0
})

test('the census counts what waits and dates the oldest', async () => {
  expect(await takeCensus(redis, 'inbox')).toEqual({ conversations: 2, items: 3, oldestAt: 100 })
  expect(await takeCensus(redis, 'outbox')).toEqual({ conversations: 0, items: 0 })
})

test('a reply that is settled while the census looks hides nobody behind it', async () => {
  const conversation = 'telegram.1.1'
  await createIndex(redis, indexKeys.outbox).add(conversation)
  // The first one's hash is gone, as if it had been settled after the list was read.
  await redis.rpush(keysOf(conversation).outbox, 'settled', 'waits')
  expect(await takeCensus(redis, 'outbox')).toMatchObject({ conversations: 1, items: 2 })
})

test('the last census is kept by a sweep, and taken anew where there was none', async () => {
  const [before, after] = [
    { conversations: 2, items: 3, oldestAt: 100 },
    { conversations: 1, items: 2, oldestAt: 100 },
  ]
  expect(await lastCensus(redis, 'inbox')).toEqual(before)
  const turn = await inbox.take('telegram.1.1')
  if (turn) await inbox.commit(turn, {})
  expect(await lastCensus(redis, 'inbox')).toEqual(before)
  await sweep(redis, 'inbox', bells)
  expect(await lastCensus(redis, 'inbox')).toEqual(after)
  expect(await redis.pttl(censusKey('inbox'))).toBeGreaterThan(0)
})

test('the sweep rings for every box that holds something', async () => {
  await sweep(redis, 'inbox', bells)
  expect(rung.toSorted()).toEqual(['telegram.1.1', 'telegram.1.2'])
})

test('the sweep takes a box off the index that is empty for some time', async () => {
  for (const chat of ['1', '2'] as const) {
    const turn = await inbox.take(`telegram.1.${chat}`)
    if (turn) await inbox.commit(turn, {})
  }
  rung.length = 0
  await sweep(redis, 'inbox', bells)
  expect(rung).toEqual([])
  expect(await redis.zcard(indexKeys.inbox)).toBe(2)
  await redis.zadd(indexKeys.inbox, anHourAgo(), 'telegram.1.1', anHourAgo(), 'telegram.1.2')
  await sweep(redis, 'inbox', bells)
  expect(await redis.zcard(indexKeys.inbox)).toBe(0)
})

test('a box that is filled while the sweep finds it empty stays on the index', async () => {
  const index = createIndex(redis, indexKeys.inbox)
  await redis.zadd(indexKeys.inbox, anHourAgo(), 'telegram.1.1', anHourAgo(), 'telegram.1.2')
  for await (const { conversation, filledAt } of index.all()) {
    await redis.zadd(indexKeys.inbox, Number(filledAt) + 1, conversation)
    await index.forget(conversation, filledAt)
  }
  expect(await redis.zcard(indexKeys.inbox)).toBe(2)
})
