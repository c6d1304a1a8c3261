import { close, connect, startTestRedis } from '@waystation/redis'
import { redisForTests } from '@waystation/redis/for-tests'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createBreakers } from './breaker.ts'

const SECOND = 1_000

let now: number

const { redis } = await redisForTests()
beforeEach(async () => {
  now = Date.now()
})

/** One worker's, that has looked at what is known. */
async function worker(connection = redis) {
  const breakers = createBreakers(connection, { now: () => now })
  await breakers.start()
  onTestFinished(() => breakers.close())
  return breakers
}

type Breakers = Awaited<ReturnType<typeof worker>>

/** As many times as opens it. */
async function fail(breakers: Breakers, times = 5): Promise<boolean[]> {
  const opened: boolean[] = []
  for (let i = 0; i < times; i++) opened.push(await breakers.failed('pro'))
  return opened
}

test('a clean endpoint is asked without a word to Redis, and its successes are not written', async () => {
  const breakers = await worker()
  breakers.close()
  const commands = vi.spyOn(redis, 'sendCommand')
  expect(await breakers.admit('pro')).toBe('closed')
  expect(await breakers.succeeded('pro')).toBe(false)
  expect(commands).not.toHaveBeenCalled()
  commands.mockRestore()
  expect(breakers.states()).toEqual(new Map())
})

test('five failures within half a minute open it, whichever worker saw them', async () => {
  const [one, other] = [await worker(), await worker()]
  expect(await fail(one, 3)).toEqual([false, false, false])
  now += 29 * SECOND
  expect(await fail(other, 2)).toEqual([false, true])
  expect(await other.admit('pro')).toBe('open')
  expect(await other.admit('local')).toBe('closed')
})

test('four failures, or a success between them, or more time, do not', async () => {
  const breakers = await worker()
  expect(await fail(breakers, 4)).not.toContain(true)
  now += 31 * SECOND
  expect(await fail(breakers, 4)).not.toContain(true)
  expect(await breakers.succeeded('pro')).toBe(false)
  expect(await fail(breakers, 4)).not.toContain(true)
  expect(await breakers.admit('pro')).toBe('closed')
  expect(breakers.states()).toEqual(new Map([['pro', 'closed']]))
})

test('what one worker opened is open on all, and closes on all', async () => {
  const [one, other] = [await worker(), await worker()]
  await fail(one)
  await vi.waitFor(async () => expect(await other.admit('pro')).toBe('open'), 30_000)
  expect(other.states().get('pro')).toBe('open')
  now += 10 * SECOND
  expect(other.states().get('pro')).toBe('half-open')
  expect(await one.admit('pro')).toBe('probe')
  expect(await one.succeeded('pro')).toBe(true)
  await vi.waitFor(() => expect(other.states()).toEqual(new Map()), 30_000)
  expect(await other.admit('pro')).toBe('closed')
})

test('a half-open one lets exactly one probe through, over all workers', async () => {
  const breakers = await worker()
  await fail(breakers)
  now += 10 * SECOND
  const workers = [breakers, await worker(), await worker()]
  const answers = await Promise.all(workers.flatMap(({ admit }) => [1, 2, 3, 4].map(() => admit('pro'))))
  expect(answers.toSorted()).toEqual([...Array(11).fill('open'), 'probe'])
})

test('while probes fail it opens for twice as long each time, two minutes at most', async () => {
  const breakers = await worker()
  await fail(breakers)
  for (const seconds of [10, 20, 40, 80, 120, 120]) {
    now += seconds * SECOND - 1
    expect(await breakers.admit('pro')).toBe('open')
    now += 1
    expect(await breakers.admit('pro')).toBe('probe')
    expect(await breakers.failed('pro')).toBe(true)
  }
  now += 120 * SECOND
  await breakers.succeeded('pro')
  await fail(breakers)
  now += 10 * SECOND
  expect(await breakers.admit('pro')).toBe('probe')
})

test('what nobody but an operator can mend opens it at once, and a time that the endpoint names for that time', async () => {
  const breakers = await worker()
  expect(await breakers.failed('pro', { forGood: true })).toBe(true)
  now += 299 * SECOND
  expect(await breakers.admit('pro')).toBe('open')
  now += SECOND
  expect(await breakers.admit('pro')).toBe('probe')
  expect(await breakers.failed('pro', { retryAfterMs: 2_500 })).toBe(true)
  now += 2_499
  expect(await breakers.admit('pro')).toBe('open')
  now += 1
  expect(await breakers.admit('pro')).toBe('probe')
})

test('calls that began before it opened neither close it nor open it for longer', async () => {
  const breakers = await worker()
  await fail(breakers)
  expect(await breakers.failed('pro')).toBe(false)
  expect(await breakers.succeeded('pro')).toBe(false)
  now += 10 * SECOND - 1
  expect(await breakers.admit('pro')).toBe('open')
  now += 1
  expect(await breakers.admit('pro')).toBe('probe')
})

test('a worker whose picture is old is told of a probe that failed or succeeded', async () => {
  const [one, other] = [await worker(), await worker()]
  await fail(one)
  await vi.waitFor(() => expect(other.states().get('pro')).toBe('open'), 30_000)
  now += 10 * SECOND
  other.close()
  await one.failed('pro')
  expect(await other.admit('pro')).toBe('open')
  now += 20 * SECOND
  expect(await one.admit('pro')).toBe('probe')
  await one.succeeded('pro')
  expect(await other.admit('pro')).toBe('closed')
})

test('while Redis is away the last known state holds, and nothing throws', async () => {
  await using mortal = await startTestRedis()
  const own = await connect(mortal.url, 'commands')
  onTestFinished(() => close(own))
  const breakers = await worker(own)
  await fail(breakers)
  await mortal.kill()
  const refresh = vi.spyOn(own, 'hgetall')
  await vi.waitFor(() => expect(refresh.mock.settledResults.at(-1)?.type).toBe('rejected'), 30_000)
  expect(await breakers.admit('pro')).toBe('open')
  expect(await breakers.admit('local')).toBe('closed')
  expect(await breakers.failed('local')).toBe(false)
  now += 10 * SECOND
  expect(await breakers.admit('pro')).toBe('open')
  expect(await breakers.succeeded('pro')).toBe(false)
  await mortal.restart()
  await vi.waitFor(async () => expect(await breakers.admit('pro')).toBe('probe'), 30_000)
})
