import { expect, test } from 'vitest'
import { createPlaces } from './places.ts'

const never = new AbortController().signal
const busy = () => new Error('busy')

test('whoever waits comes in the order they came, and whoever gave up does not', async () => {
  const places = createPlaces(1, 3)
  const order: number[] = []
  const giveUp = new AbortController()
  const first = await places.take(never, busy)
  const take = async (number: number, signal = never) => {
    using _place = await places.take(signal, busy)
    order.push(number)
  }
  const waiting = [take(2), take(3, giveUp.signal), take(4)]
  await expect(take(5)).rejects.toThrow('busy')
  giveUp.abort(new Error('gave up'))
  await expect(waiting[1]).rejects.toThrow('gave up')
  first[Symbol.dispose]()
  await Promise.all([waiting[0], waiting[2]])
  expect(order).toEqual([2, 4])
  await take(6)
  expect(order).toEqual([2, 4, 6])
})
