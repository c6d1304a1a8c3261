import { setTimeout as sleep } from 'node:timers/promises'
import type { ConversationId } from '@waystation/domain'
import { close, connect, type Redis, startTestRedis, type TestRedis } from '@waystation/redis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Again, type Bells, createBells, type Listener, listen } from './bells.ts'

let server: TestRedis
let redis: Redis
let waiting: Redis
let bells: Bells
const listeners: Listener[] = []

beforeAll(async () => {
  server = await startTestRedis()
})
afterAll(() => server.stop())
beforeEach(async () => {
  redis = await connect(server.url, 'commands')
  waiting = await connect(server.url, 'worker')
  await redis.flushall()
  bells = createBells('inbox', redis)
})
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close()
  await bells.close()
  await Promise.all([close(redis), close(waiting)])
})

async function listenWith(look: (conversation: ConversationId) => Promise<Again>, sweep = async () => {}) {
  const errors: unknown[] = []
  const listener = listen({ box: 'inbox', redis: waiting, concurrency: 10, look, sweep, onError: e => errors.push(e) })
  listeners.push(listener)
  await listener.start()
  return errors
}

test('a conversation is looked at once at a time, and once more when it was rung meanwhile', async () => {
  const { promise: rungAgain, resolve: letGo } = Promise.withResolvers<void>()
  let [active, most, looks] = [0, 0, 0]
  await listenWith(async () => {
    most = Math.max(most, ++active)
    if (++looks === 1) await rungAgain
    active -= 1
    return undefined
  })
  await bells.ring('telegram.1.1')
  await vi.waitUntil(() => looks === 1)
  for (let i = 0; i < 5; i++) await bells.ring('telegram.1.1')
  letGo()
  await vi.waitUntil(() => looks === 2)
  await sleep(200)
  expect([looks, most]).toEqual([2, 1])
})

test('whoever is in a hurry does not wait for the end of a pause', async () => {
  let looks = 0
  await listenWith(async () => (++looks === 1 ? { afterMs: 600_000 } : undefined))
  await bells.ring('telegram.1.1')
  await vi.waitUntil(async () => looks === 1 && (await waiting.llen('waystation:{inbox}:bells:active')) === 0)
  await bells.ring('telegram.1.1')
  await sleep(100)
  expect(looks).toBe(1)
  await bells.ring('telegram.1.1', { hurry: true })
  await vi.waitUntil(() => looks === 2)
  await bells.ring('telegram.1.1', { hurry: true })
  await vi.waitUntil(() => looks === 3)
})

test('a slow conversation holds up no other', async () => {
  const { promise, resolve: letGo } = Promise.withResolvers<void>()
  const looked: string[] = []
  await listenWith(async conversation => {
    if (conversation === 'telegram.1.slow') await promise
    looked.push(conversation)
    return undefined
  })
  await bells.ring('telegram.1.slow')
  await bells.ring('telegram.1.quick')
  await vi.waitUntil(() => looked.length === 1)
  expect(looked).toEqual(['telegram.1.quick'])
  letGo()
})

test('a box is looked at again after the time its listener names, without another bell', async () => {
  const looks: number[] = []
  await listenWith(async () => (looks.push(Date.now()) < 3 ? { afterMs: 100 } : undefined))
  await bells.ring('telegram.1.1')
  await vi.waitUntil(() => looks.length === 3, { timeout: 10_000 })
  const [first = 0, second = 0] = looks
  expect(second - first).toBeGreaterThanOrEqual(100)
})

test('a listener that fails is told of, and looks again', async () => {
  let looks = 0
  const errors = await listenWith(async () => {
    if (++looks === 1) throw new Error('Redis went away')
    return undefined
  })
  await bells.ring('telegram.1.1')
  await vi.waitUntil(() => looks === 2, { timeout: 10_000 })
  expect(errors).toHaveLength(1)
})

test('the sweep comes by itself', async () => {
  let sweeps = 0
  await listenWith(
    async () => undefined,
    async () => {
      sweeps += 1
    },
  )
  await vi.waitUntil(() => sweeps >= 2, { timeout: 20_000 })
})

test('ringing fails at once while Redis is away', async () => {
  const other = await startTestRedis()
  const lost = await connect(other.url, 'commands')
  const deaf = createBells('inbox', lost)
  await other.kill()
  await vi.waitUntil(() => lost.status !== 'ready')
  await expect(deaf.ring('telegram.1.1')).rejects.toThrow()
  await other.stop()
  lost.disconnect()
})
