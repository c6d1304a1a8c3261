import { type Inquiry, Unavailable } from '@waystation/domain'
import { close, connect, startTestRedis } from '@waystation/redis'
import { redisForTests } from '@waystation/redis/for-tests'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type Bill, createAccounts, type OverBudget, type Reservation } from './accounts.ts'
import type { Budget } from './settings.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const conversation = 'telegram.1.42'

let now: number
let budgets: Budget[]

const { server, redis } = await redisForTests()
const accounts = createAccounts(redis, () => budgets, { now: () => now })
beforeEach(async () => {
  now = Date.UTC(2026, 0, 30, 12)
  budgets = []
})

const budget = (more: Partial<Budget> = {}): Budget => ({
  name: 'all',
  per: 'everybody',
  limit: 1,
  window: 'day',
  over: 'local',
  ...more,
})

const inquiry = (more: Partial<Inquiry> = {}): Inquiry => ({
  conversation,
  traceId: 't',
  sender: { id: '7' },
  senders: [],
  texts: ['?'],
  hasAttachments: false,
  isPrivate: false,
  persona: { name: 'p', prompt: '' },
  isFresh: true,
  isAgain: false,
  promptFor: () => [],
  ...more,
})

const bill = (cost: number, usage = { promptTokens: 100, completionTokens: 20 }): Bill => ({
  tier: 'commercial',
  model: 'pro',
  usage,
  cost,
})

const isGranted = (answer: Reservation | OverBudget | undefined): answer is Reservation =>
  answer !== undefined && 'id' in answer

async function granted(asked = inquiry(), estimate = 0.3): Promise<Reservation> {
  const answer = await accounts.reserve(asked, estimate)
  if (!isGranted(answer)) throw new Error('nothing was reserved')
  return answer
}

const over = (name = 'all', policy: Budget['over'] = 'local') => ({ over: policy, budget: name })

test('without a budget that applies, and for what costs nothing, Redis is not asked', async () => {
  const commands = vi.spyOn(redis, 'sendCommand')
  onTestFinished(() => commands.mockRestore())
  expect(await accounts.reserve(inquiry(), 5)).toBeUndefined()
  budgets = [budget({ match: ['8', 'telegram.1.43'] })]
  expect(await accounts.reserve(inquiry(), 5)).toBeUndefined()
  budgets = [budget({ limit: 0 })]
  expect(await accounts.reserve(inquiry(), 0)).toBeUndefined()
  expect(commands).not.toHaveBeenCalled()
})

test('what is reserved counts as spent until it is settled or released', async () => {
  budgets = [budget()]
  const reservations = [await granted(), await granted(), await granted(), await granted()]
  expect(await accounts.reserve(inquiry(), 0.3)).toEqual(over())
  const [first, second, third, fourth] = reservations
  if (!first || !second || !third || !fourth) throw new Error('four were granted')
  await accounts.settle(first, inquiry(), bill(0.1))
  await accounts.release(second)
  expect(await accounts.reserve(inquiry(), 0.3)).toHaveProperty('id')
  await accounts.settle(third, inquiry(), bill(0.5))
  await accounts.release(fourth)
  expect(await accounts.reserve(inquiry(), 0.3)).toHaveProperty('id')
  expect(await accounts.reserve(inquiry(), 0.3)).toEqual(over())
})

test('three workers overspend a budget by less than one request', async () => {
  budgets = [budget({ limit: 1 })]
  const workers = await Promise.all(
    [1, 2, 3].map(async () => {
      const own = await connect(server.url, 'commands')
      onTestFinished(() => close(own))
      return createAccounts(own, () => budgets, { now: () => now })
    }),
  )
  const ask = async ({ reserve, settle }: typeof accounts) => {
    for (;;) {
      const reservation = await reserve(inquiry(), 0.03)
      if (!isGranted(reservation)) return
      await settle(reservation, inquiry(), bill(0.03))
    }
  }
  await Promise.all([...workers, ...workers, ...workers].map(ask))
  expect((await accounts.usageOf('everybody', 'day')).cost).toBe(1.02)
})

test('what a dead worker had reserved is free again after a quarter of an hour', async () => {
  budgets = [budget()]
  await granted(inquiry(), 1)
  now += 15 * MINUTE - 1
  expect(await accounts.reserve(inquiry(), 1)).toEqual(over())
  now += 1
  await granted(inquiry(), 1)
})

test('a reservation is settled once, and late is not too late', async () => {
  budgets = [budget()]
  const late = await granted()
  now += 20 * MINUTE
  await granted(inquiry({ sender: { id: '8' } }))
  await accounts.settle(late, inquiry(), bill(0.3))
  await accounts.settle(late, inquiry(), bill(0.3))
  expect(await accounts.usageOf('everybody', 'day')).toMatchObject({ answers: 1, cost: 0.3 })
  await granted()
  await granted()
  expect(await accounts.reserve(inquiry(), 0.3)).toEqual(over())
})

test('all budgets that apply must have something left, and one that refuses is named first', async () => {
  budgets = [
    budget({ name: 'each', per: 'user', limit: 0.5 }),
    budget({ name: 'chat', per: 'group', limit: 0.5, over: 'refuse' }),
  ]
  await granted(inquiry(), 0.5)
  expect(await accounts.reserve(inquiry(), 0.1)).toEqual(over('chat', 'refuse'))
  const elsewhere = inquiry({ conversation: 'telegram.1.43' })
  expect(await accounts.reserve(elsewhere, 0.1)).toEqual(over('each'))
  // What was refused by one left nothing reserved on the other.
  await granted(inquiry({ conversation: 'telegram.1.43', sender: { id: '8' } }), 0.1)
  expect(await accounts.reserve(inquiry({ sender: { id: '8' } }), 0.1)).toEqual(over('chat', 'refuse'))
})

test('people of two platforms with one id have two purses; one person has one in all chats', async () => {
  budgets = [budget({ per: 'user' })]
  await granted(inquiry(), 1)
  expect(await accounts.reserve(inquiry({ conversation: 'telegram.1.43' }), 0.1)).toEqual(over())
  await granted(inquiry({ conversation: 'web.main.1' }), 0.1)
})

test('a budget for some people and chats is spent by them alone', async () => {
  budgets = [budget({ match: ['7', 'telegram.1.50'] })]
  await granted(inquiry(), 1)
  const inChat = inquiry({ conversation: 'telegram.1.50', sender: { id: '8' } })
  expect(await accounts.reserve(inChat, 0.1)).toEqual(over())
  expect(await accounts.reserve(inquiry({ sender: { id: '8' } }), 0.1)).toBeUndefined()
})

test('a new day or month begins with the whole limit; what was reserved before is charged before', async () => {
  budgets = [budget({ name: 'day' }), budget({ name: 'month', window: 'month', limit: 2 })]
  const evening = await granted(inquiry(), 1)
  expect(await accounts.reserve(inquiry(), 1)).toEqual(over('day'))
  now += DAY
  await accounts.settle(evening, inquiry(), bill(1))
  await granted(inquiry(), 1)
  now += DAY
  expect(new Date(now).getUTCDate()).toBe(1)
  await granted(inquiry(), 1)
})

test('how much is spent of what all share is told by name, and is nothing again in the next month', async () => {
  budgets = [
    budget({ name: 'house', window: 'month', limit: 4 }),
    budget({ name: 'day', limit: 0.5 }),
    budget({ name: 'nothing', limit: 0 }),
    budget({ name: 'each', per: 'user' }),
    budget({ name: 'chat', per: 'group' }),
  ]
  const shares = async () => Object.fromEntries(await accounts.usedShares())
  expect(await shares()).toEqual({ house: 0, day: 0 })
  await accounts.settle(undefined, inquiry(), bill(1))
  expect(await shares()).toEqual({ house: 0.25, day: 2 })
  now += DAY
  expect(await shares()).toEqual({ house: 0.25, day: 0 })
  now += DAY
  expect(await shares()).toEqual({ house: 0, day: 0 })
})

test('without a reservation the cost is charged all the same', async () => {
  budgets = [budget()]
  await accounts.settle(undefined, inquiry(), bill(1))
  expect(await accounts.reserve(inquiry(), 0.1)).toEqual(over())
})

test('a changed limit holds from the next question on', async () => {
  budgets = [budget()]
  await granted(inquiry(), 1)
  budgets = [budget({ limit: 2 })]
  await granted(inquiry(), 1)
})

test('the books say what a person, a chat, a model and all have used, by the day and month', async () => {
  const elsewhere = inquiry({ conversation: 'web.main.1' })
  await accounts.settle(undefined, inquiry(), bill(0.25))
  await accounts.settle(undefined, inquiry({ sender: { id: '8' } }), bill(0.000_001))
  now += DAY
  await accounts.settle(undefined, inquiry(), bill(0.5, { promptTokens: 7, completionTokens: 3 }))
  await accounts.settle(undefined, elsewhere, { ...bill(0), tier: 'local', model: 'qwen3:8b' })
  const person = { channel: 'telegram', sender: '7' } as const
  expect(await accounts.usageOf(person, 'day')).toEqual({
    answers: 1,
    promptTokens: 7,
    completionTokens: 3,
    cost: 0.5,
  })
  expect(await accounts.usageOf(person, 'month')).toEqual({
    answers: 2,
    promptTokens: 107,
    completionTokens: 23,
    cost: 0.75,
  })
  expect(await accounts.usageOf({ conversation }, 'month')).toMatchObject({ answers: 3, cost: 0.750_001 })
  expect(await accounts.usageOf({ tier: 'local', model: 'qwen3:8b' }, 'month')).toMatchObject({ answers: 1, cost: 0 })
  expect(await accounts.usageOf('everybody', { from: '2026-01-30', to: '2026-01-30' })).toMatchObject({ answers: 2 })
  expect(await accounts.usageOf({ channel: 'web', sender: '8' }, 'month')).toMatchObject({ answers: 0, cost: 0 })
})

test('everything it keeps ends some day', async () => {
  budgets = [budget(), budget({ name: 'month', window: 'month', per: 'user' })]
  await accounts.settle(await granted(), inquiry(), bill(0.1))
  const kept = await Promise.all((await redis.keys('*')).map(async key => [key, await redis.pttl(key)] as const))
  expect(kept).toHaveLength(4)
  for (const [key, ms] of kept) expect(ms, key).toBeGreaterThan(0)
  const books = kept.find(([key]) => key.includes(':usage:'))?.[1]
  expect(books).toBeGreaterThan(399 * DAY)
})

test('what was spent and reserved outlives a kill of Redis', async () => {
  await using mortal = await startTestRedis()
  const own = await connect(mortal.url, 'commands')
  onTestFinished(() => close(own))
  const { reserve, settle, usageOf } = createAccounts(own, () => budgets, { now: () => now })
  budgets = [budget()]
  await settle(undefined, inquiry(), bill(0.4))
  const reservation = await reserve(inquiry(), 0.6)
  // With `everysec` Redis answers before it writes, should the disk be busy.
  await vi.waitFor(async () => expect(await own.info('persistence')).toContain('aof_buffer_length:0\r'), 30_000)
  await mortal.kill()
  await expect(reserve(inquiry(), 0.1)).rejects.toThrow(Unavailable)
  await mortal.restart()
  expect(await vi.waitFor(() => reserve(inquiry(), 0.1), 30_000)).toEqual(over())
  if (!isGranted(reservation)) throw new Error('it was reserved')
  await settle(reservation, inquiry(), bill(0.5))
  expect(await usageOf('everybody', 'day')).toMatchObject({ answers: 2, cost: 0.9 })
  expect(await reserve(inquiry(), 0.1)).toHaveProperty('id')
  expect(await reserve(inquiry(), 0.1)).toEqual(over())
})
