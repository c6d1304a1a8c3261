import type { Turn } from '@waystation/domain'
import { redisForTests } from '@waystation/redis/for-tests'
import { expect, test } from 'vitest'
import { conversation, message } from '../for-tests.ts'
import { createInbox } from '../inbox/inbox.ts'
import { keysOf } from '../keys.ts'
import { createConversations } from './conversations.ts'

const { history } = keysOf(conversation)
const silent = { ring: async () => {}, close: async () => {} }
const { redis } = await redisForTests()
const inbox = createInbox(redis, silent, silent)
const conversations = createConversations(redis)

async function taken(): Promise<Turn> {
  const turn = await inbox.take(conversation)
  if (!turn) throw new Error('nothing to take')
  return turn
}
/** In the place of so many entries before. */
const remembers = (forget: number, ...entries: string[]) => ({
  history: { forget, entries, maxEntries: 10, keepMs: 60_000 },
})

test('an attempt that began before what it read was forgotten is not remembered', async () => {
  await redis.rpush(history, 'old question', 'old answer')
  await inbox.post(message('a'))
  const turn = await taken()
  expect(await conversations.reset(conversation)).toEqual({ exchanges: 1, isAnswering: true })
  await inbox.commit(turn, remembers(2, 'old question', 'new answer'))
  expect(await redis.lrange(history, 0, -1)).toEqual([])

  await inbox.post(message('b'))
  await inbox.commit(await taken(), remembers(0, 'next question', 'next answer'))
  expect(await redis.lrange(history, 0, -1)).toEqual(['next question', 'next answer'])
})

test('a later attempt at the same turn reads what is left, and is remembered', async () => {
  await redis.rpush(history, 'old question', 'old answer')
  await inbox.post(message('a'))
  const first = await taken()
  await inbox.giveBack(first, 'postponed', { code: 'x', afterMs: 1 })
  expect(await conversations.reset(conversation)).toEqual({ exchanges: 1, isAnswering: false })
  await inbox.commit(await taken(), remembers(0, 'question', 'answer'))
  expect(await redis.lrange(history, 0, -1)).toEqual(['question', 'answer'])
  expect(await conversations.reset(conversation)).toEqual({ exchanges: 1, isAnswering: false })
})

test('where it is blocked, nothing new is put in or changed, and what was put in is known', async () => {
  await inbox.post(message('a'))
  expect(await conversations.block(conversation)).toBe(true)
  expect(await conversations.block(conversation)).toBe(false)
  expect(await inbox.post(message('b'))).toBe('blocked')
  expect(await inbox.post(message('a'))).toBe('duplicate')
  expect(await inbox.amend({ ...message('a.edited'), edits: 'a' })).toBe('blocked')
  expect(await inbox.post({ ...message('c'), conversation: `${conversation}.1` })).toBe('posted')
  expect((await taken()).messages.map(({ text }) => text)).toEqual(['text of a'])

  expect(await conversations.unblock(conversation)).toBe(true)
  expect(await conversations.unblock(conversation)).toBe(false)
  expect(await inbox.post(message('b'))).toBe('posted')
})
