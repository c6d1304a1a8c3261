import { redisForTests } from '@waystation/redis/for-tests'
import { expect, test } from 'vitest'
import { historySettings, remember } from './history.ts'
import { createMemory } from './memory.ts'

const conversation = 'telegram.1.42'
const key = (name: string) => `waystation:{${conversation}}:${name}`
const settings = historySettings.parse({ days: 2 })
const DAY_MS = 24 * 60 * 60 * 1000

const { redis } = await redisForTests()
const memory = createMemory(redis)

/** As a commit does. */
const say = async (question: string) => {
  const { entries } = remember({ question, replyId: `to ${question}`, answer: 'a' }, settings)
  await redis.rpush(key('history'), ...entries)
}
const recall = () => memory.recall(conversation, settings)
const words = async () => (await recall()).entries.map(({ content }) => content)

test('of a new conversation nothing is known', async () => {
  expect(await recall()).toEqual({ entries: [] })
})

test('what was said and chosen is recalled, of this conversation alone', async () => {
  await say('q')
  await memory.choose(conversation, 'persona', 'pirate', settings)
  await memory.choose(conversation, 'choice', 'local', settings)
  await memory.choose('telegram.1.43', 'system', 'be stern', settings)
  expect(await recall()).toMatchObject({ entries: [{ content: 'q' }, {}], persona: 'pirate', choice: 'local' })
  expect(await memory.recall('telegram.1.43', settings)).toEqual({ entries: [], system: 'be stern' })
})

test('a choice can be taken back, the others stay', async () => {
  await memory.choose(conversation, 'system', 'be stern', settings)
  await memory.choose(conversation, 'persona', 'pirate', settings)
  await memory.choose(conversation, 'system', null, settings)
  expect(await recall()).toEqual({ entries: [], persona: 'pirate' })
})

test('choices live as long as the conversation does', async () => {
  await memory.choose(conversation, 'choice', 'commercial', settings)
  await redis.pexpire(key('choices'), 1000)
  await recall()
  expect(await redis.pttl(key('choices'))).toBeGreaterThan(2 * DAY_MS - 10_000)
})

test('one at a time may sum up, and a summary ends it', async () => {
  await say('q1')
  await say('q2')
  const lease = (await memory.lease(conversation, 60_000)) ?? ''
  expect(await memory.lease(conversation, 60_000)).toBeUndefined()
  await redis.pexpire(key('history'), 50_000)
  expect(await memory.fold(conversation, { upTo: 'to q1', summary: 'one', lease })).toBe(true)
  expect(await recall()).toMatchObject({ summary: 'one', entries: [{ content: 'q2' }, {}] })
  expect(await redis.pttl(key('history'))).toBeGreaterThan(0)
  expect(await memory.lease(conversation, 60_000)).toBeDefined()
})

test('a lease that ran out takes nobody else’s with it', async () => {
  await memory.lease(conversation, 60_000)
  await memory.fold(conversation, { upTo: 'x', summary: 'one', lease: 'mine' })
  expect(await memory.lease(conversation, 60_000)).toBeUndefined()
})

test('what was forgotten or folded meanwhile is not folded', async () => {
  await say('q1')
  await say('q2')
  expect(await memory.fold(conversation, { upTo: 'to q0', summary: 'none', lease: '' })).toBe(false)
  expect(await words()).toEqual(['q1', 'a', 'q2', 'a'])
  expect(await memory.fold(conversation, { upTo: 'to q1', summary: 'one', lease: '' })).toBe(true)
  expect(await memory.fold(conversation, { upTo: 'to q1', summary: 'one again', lease: '' })).toBe(false)
  expect(await recall()).toMatchObject({ summary: 'one', entries: [{ content: 'q2' }, {}] })
})

test('without a summary the exchanges just leave', async () => {
  await say('q1')
  await say('q2')
  await memory.fold(conversation, { upTo: 'to q1', summary: undefined, lease: '' })
  expect(await words()).toEqual(['q2', 'a'])
  await memory.fold(conversation, { upTo: 'to q2', summary: undefined, lease: '' })
  expect(await redis.exists(key('history'))).toBe(0)
})
