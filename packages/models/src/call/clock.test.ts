import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startClock } from './clock.ts'

const limits = { firstTokenMs: 1_000, nextTokenMs: 100, wholeMs: 1_500 }
const never = new AbortController().signal

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('silence before the first token may last longer than silence after it', () => {
  const clock = startClock(limits, never)
  vi.advanceTimersByTime(999)
  expect(clock.signal.aborted).toBe(false)
  clock.tick()
  vi.advanceTimersByTime(99)
  expect(clock.expired).toBe(false)
  vi.advanceTimersByTime(1)
  expect(clock).toMatchObject({ expired: true, signal: { aborted: true } })
})

test('every token buys time, and all of them together no more than there is for the whole', () => {
  const clock = startClock(limits, never)
  for (let ms = 0; ms < 1_450; ms += 50) {
    clock.tick()
    vi.advanceTimersByTime(50)
  }
  expect(clock.expired).toBe(false)
  clock.tick()
  vi.advanceTimersByTime(50)
  expect(clock.expired).toBe(true)
})

test('while nobody listens, no silence is counted', () => {
  const clock = startClock(limits, never)
  clock.tick()
  clock.rest()
  vi.advanceTimersByTime(1_000)
  expect(clock.expired).toBe(false)
  clock.tick()
  vi.advanceTimersByTime(100)
  expect(clock.expired).toBe(true)
})

test('who asked ends it without its having expired, even before it began', () => {
  const controller = new AbortController()
  const clock = startClock(limits, controller.signal)
  controller.abort()
  expect(clock).toMatchObject({ expired: false, signal: { aborted: true } })
  expect(startClock(limits, controller.signal)).toMatchObject({ expired: false, signal: { aborted: true } })
})

test('a stopped clock leaves nothing behind', () => {
  const controller = new AbortController()
  const clock = startClock(limits, controller.signal)
  clock.tick()
  clock.stop()
  expect(vi.getTimerCount()).toBe(0)
  controller.abort()
  expect(clock.signal.aborted).toBe(false)
})
