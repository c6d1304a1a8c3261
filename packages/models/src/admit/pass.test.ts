import { type Inquiry, Rejected, Unavailable } from '@waystation/domain'
import { redisForTests } from '@waystation/redis/for-tests'
import { expect, test } from 'vitest'
import { createAccounts } from '../account/accounts.ts'
import type { Budget } from '../account/settings.ts'
import type { Endpoint } from '../call/endpoint.ts'
import { createBreakers } from './breaker.ts'
import { createAdmission } from './pass.ts'
import { createSlots } from './slots.ts'

const { redis } = await redisForTests()

const { signal } = new AbortController()
const parameters = { maxTokens: 100, temperature: 0.5 }
const prompt = [{ role: 'user', content: 'hi' }] as const
const budget: Budget = { name: 'all', per: 'everybody', limit: 1, window: 'day', over: 'local' }

const inquiry: Inquiry = {
  conversation: 'telegram.1.2',
  traceId: 'trace',
  sender: { id: '7' },
  senders: ['7'],
  texts: ['hi'],
  hasAttachments: false,
  isPrivate: false,
  persona: { name: 'default', prompt: '' },
  isFresh: false,
  isAgain: false,
  promptFor: () => [...prompt],
}

const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  name: 'pro',
  id: 'pro.1',
  tier: 'commercial',
  model: 'large',
  weight: 1,
  contextTokens: 8192,
  thinkingTokens: 0,
  price: { prompt: 0, completion: 1_000_000 },
  async *complete() {},
  isReady: async () => true,
  ...more,
})

function start(budgets: Budget[] = []) {
  let now = Date.now()
  const changes: string[] = []
  const charges: number[] = []
  const accounts = createAccounts(redis, () => budgets)
  const admit = createAdmission({
    breakers: createBreakers(redis, { now: () => now }),
    slots: createSlots(redis),
    accounts,
    events: {
      breakerOpened: ({ name }) => changes.push(`${name} opened`),
      breakerClosed: () => changes.push('closed'),
      charged: (_, cost) => charges.push(cost),
    },
  })
  const enter = (to = endpoint()) => admit(to, inquiry, parameters, prompt, signal)
  const spent = async () => (await accounts.usageOf('everybody', 'day')).cost
  const wait = (ms: number) => {
    now += ms
  }
  return { enter, spent, changes, charges, wait }
}

test('who fails for good is left alone at once, and a server that is not there is not asked a person’s question', async () => {
  const { enter, changes, wait } = start()
  {
    await using pass = await enter()
    pass.failed(new Rejected('model_refuses_key'))
  }
  await expect.poll(() => changes).toEqual(['pro opened'])
  await expect(enter()).rejects.toMatchObject({ name: 'OutOfOrder', retryAfterMs: expect.any(Number) })
  wait(10 * 60_000)
  await expect(enter(endpoint({ isReady: async () => false }))).rejects.toMatchObject({ name: 'OutOfOrder' })
  await expect(enter()).rejects.toMatchObject({ name: 'OutOfOrder' })
  wait(10 * 60_000)
  await using pass = await enter()
  pass.answered()
  await expect.poll(() => changes.at(-1)).toBe('closed')
})

test('a request that is refused says nothing of its endpoint', async () => {
  const { enter } = start()
  for (let count = 0; count < 10; count += 1) {
    await using pass = await enter()
    pass.failed(new Rejected('model_refuses_request'))
  }
  await using _pass = await enter()
})

test('what was received is paid for, however it ended, and as estimated where the server does not count', async () => {
  const { enter, spent, charges } = start([{ ...budget, limit: 1_000 }])
  {
    await using pass = await enter()
    pass.received({ text: 'abc', usage: { promptTokens: 9, completionTokens: 5 } })
    pass.answered()
  }
  expect(await spent()).toBe(5)
  {
    await using pass = await enter()
    pass.received({ text: 'abcdef' })
    pass.failed(new Unavailable('cut'))
  }
  expect(await spent()).toBe(7)
  {
    await using _pass = await enter()
  }
  expect(await spent()).toBe(7)
  expect(charges).toEqual([5, 2])
})

test('over a budget that says so the local tier may answer all the same, dear or not, and nobody over one that refuses', async () => {
  const local = endpoint({ name: 'house', id: 'house.1', tier: 'local' })
  const { enter } = start([budget])
  {
    await using pass = await enter()
    pass.received({ text: 'abc', usage: { promptTokens: 1, completionTokens: 1 } })
  }
  await expect(enter()).rejects.toMatchObject({ reason: 'over_budget', policy: 'local' })
  await using _pass = await enter(local)
  const strict = start([{ ...budget, over: 'refuse', limit: 0 }])
  await expect(strict.enter(local)).rejects.toMatchObject({ reason: 'over_budget', policy: 'refuse' })
})

test('a place is given back when the pass ends, also where it was refused for another reason', async () => {
  const one = endpoint({ concurrency: 1 })
  const { enter } = start([{ ...budget, limit: 0 }])
  for (let count = 0; count < 3; count += 1) await expect(enter(one)).rejects.toMatchObject({ reason: 'over_budget' })
  const { enter: enterFree } = start()
  for (let count = 0; count < 3; count += 1) {
    await using pass = await enterFree(one)
    pass.answered()
  }
})
