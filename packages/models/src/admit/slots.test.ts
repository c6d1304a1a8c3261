import { setTimeout as sleep } from 'node:timers/promises'
import { Unavailable } from '@waystation/domain'
import { close, connect, type Redis, startTestRedis } from '@waystation/redis'
import { redisForTests } from '@waystation/redis/for-tests'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { createSlots } from './slots.ts'

const KEY = 'waystation:{models}:slots:local'
const LONG_MS = 30_000
const never = new AbortController().signal

const { server, redis } = await redisForTests()
afterEach(() => vi.useRealTimers())

/** Another process, as far as Redis can tell. */
async function anotherRedis(): Promise<Redis> {
  const other = await connect(server.url, 'commands')
  onTestFinished(() => close(other))
  return other
}

const waiting = (waitMs: number, signal = never) => ({ signal, waitMs })
const taken = () => redis.zcard(KEY)

test('never more than the limit run at once over several processes, and all get their turn', async () => {
  const processes = await Promise.all([1, 2, 3].map(async () => createSlots(await anotherRedis())))
  let running = 0
  let most = 0
  const ask = async (slots: (typeof processes)[number]) => {
    const slot = await slots.acquire('local', 4, waiting(LONG_MS))
    most = Math.max(most, ++running)
    await sleep(Math.random() * 10)
    running -= 1
    slot.release()
    slot.release()
  }
  await Promise.all(processes.flatMap(slots => Array.from({ length: 50 }, () => ask(slots))))
  expect(most).toBe(4)
  await vi.waitFor(async () => expect(await taken()).toBe(0))
})

test('endpoints do not share their slots', async () => {
  const slots = createSlots(redis)
  await slots.acquire('local', 1, waiting(0))
  await slots.acquire('deepseek', 1, waiting(0))
  await expect(slots.acquire('local', 1, waiting(0))).rejects.toThrow(Unavailable)
})

test('who waits in one process is served in order, without a word to Redis', async () => {
  const own = await anotherRedis()
  const slots = createSlots(own)
  const held = await slots.acquire('local', 1, waiting(0))
  const order: number[] = []
  const waiters = [1, 2, 3].map(async number => {
    const slot = await slots.acquire('local', 1, waiting(LONG_MS))
    order.push(number)
    return slot
  })
  // Redis is out of reach: only a handover can serve them.
  own.disconnect()
  held.release()
  for (const waiter of waiters) (await waiter).release()
  expect(order).toEqual([1, 2, 3])
})

test('a busy process does not keep a slot from the others for ever', async () => {
  const [busy, other] = [createSlots(redis), createSlots(await anotherRedis())]
  let done = false
  onTestFinished(() => {
    done = true
  })
  const keepBusy = async () => {
    while (!done) {
      const slot = await busy.acquire('local', 1, waiting(LONG_MS))
      await sleep(1)
      slot.release()
    }
  }
  const crowd = [keepBusy(), keepBusy(), keepBusy()]
  const slot = await other.acquire('local', 1, waiting(LONG_MS))
  done = true
  slot.release()
  await Promise.all(crowd)
})

test('who gives up or is interrupted leaves the line, and takes no slot along', async () => {
  const slots = createSlots(redis)
  const held = await slots.acquire('local', 1, waiting(0))
  const interrupted = new AbortController()
  const first = slots.acquire('local', 1, waiting(LONG_MS, interrupted.signal))
  const second = slots.acquire('local', 1, waiting(1))
  const third = slots.acquire('local', 1, waiting(LONG_MS))
  await expect(second).rejects.toThrow(Unavailable)
  interrupted.abort(new Error('the person left'))
  await expect(first).rejects.toThrow('the person left')
  held.release()
  const slot = await third
  expect(await taken()).toBe(1)
  slot.release()
  await expect(slots.acquire('local', 1, waiting(0, interrupted.signal))).rejects.toThrow('the person left')
  await vi.waitFor(async () => expect(await taken()).toBe(0))
})

test('a slot that comes for one who just left goes to the next, or back', async () => {
  const slots = createSlots(redis)
  const interrupted = new AbortController()
  const left = slots.acquire('local', 1, waiting(LONG_MS, interrupted.signal))
  const next = slots.acquire('local', 1, waiting(LONG_MS))
  interrupted.abort(new Error('the person left'))
  await expect(left).rejects.toThrow('the person left')
  const slot = await next
  slot.release()
  await vi.waitFor(async () => expect(await taken()).toBe(0))
})

test('the slots of a process that died come free by themselves', async () => {
  const dead = await anotherRedis()
  await createSlots(dead, { leaseMs: 500 }).acquire('local', 1, waiting(0))
  dead.disconnect()
  const slot = await createSlots(redis).acquire('local', 1, waiting(LONG_MS))
  expect(await taken()).toBe(1)
  slot.release()
})

test('a lease is renewed as long as its slot is held, even past its end, and nobody steals it then', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const slots = createSlots(redis)
  const slot = await slots.acquire('local', 1, waiting(0))
  const [id = ''] = await redis.zrange(KEY, 0, '-1')
  // Its time is over, and nobody has noticed.
  await redis.zadd(KEY, Date.now() - 1, id)
  await vi.advanceTimersByTimeAsync(5_000)
  await expect(createSlots(redis).acquire('local', 1, waiting(0))).rejects.toThrow(Unavailable)
  slot.release()
  await createSlots(redis).acquire('local', 1, waiting(LONG_MS))
})

test('who lost a lease neither takes it back from another, nor hands it on', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const [slow, other] = [createSlots(redis), createSlots(redis)]
  const slot = await slow.acquire('local', 1, waiting(0))
  await redis.del(KEY)
  const stolen = await other.acquire('local', 1, waiting(0))
  await vi.advanceTimersByTimeAsync(5_000)
  // One connection: what was sent before is answered now.
  expect(await taken()).toBe(1)
  await redis.ping()
  let served = false
  const next = slow.acquire('local', 1, waiting(LONG_MS)).then(() => {
    served = true
  })
  slot.release()
  await expect(slow.acquire('local', 1, waiting(1))).rejects.toThrow(Unavailable)
  expect(served).toBe(false)
  expect(await taken()).toBe(1)
  stolen.release()
  await next
})

test('slots that Redis forgot are taken anew', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  await createSlots(redis).acquire('local', 1, waiting(0))
  await redis.flushall()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await taken()).toBe(1)
})

test('while Redis is away one waits for it, and it knows who holds what when it is back', async () => {
  await using mortal = await startTestRedis()
  const own = await connect(mortal.url, 'commands')
  onTestFinished(() => close(own))
  const slots = createSlots(own)
  const held = await slots.acquire('local', 2, waiting(0))
  await mortal.kill()
  const next = slots.acquire('local', 2, waiting(LONG_MS))
  await expect(slots.acquire('local', 2, waiting(0))).rejects.toThrow(Unavailable)
  await mortal.restart()
  await next
  expect(await own.zcard(KEY)).toBe(2)
  held.release()
})
