import { expect, test } from 'vitest'
import { spreadOf } from './spread.ts'

test('percentiles are samples that there were, by the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(spreadOf(hundred)).toEqual({ p50: 50, p99: 99, max: 100 })
  expect(spreadOf([3, 1, 2])).toEqual({ p50: 2, p99: 3, max: 3 })
  expect(spreadOf([7])).toEqual({ p50: 7, p99: 7, max: 7 })
})

test('samples are sorted as numbers, and no samples have no spread', () => {
  expect(spreadOf([10, 9, 100])).toEqual({ p50: 10, p99: 100, max: 100 })
  expect(spreadOf([])).toBeUndefined()
})
