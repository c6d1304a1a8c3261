import { expect, test } from 'vitest'
import { costOf, estimateOf, fromMicros, toMicros } from './prices.ts'

const price = { prompt: 2, completion: 8 }

test('prices are for a million tokens', () => {
  expect(costOf({ promptTokens: 1_000_000, completionTokens: 500_000 }, price)).toBe(6)
})

test('what has no price costs nothing', () => {
  expect(costOf({ promptTokens: 1000, completionTokens: 1000 }, undefined)).toBe(0)
})

test('an estimate is never below the cost of an answer as long as it may be', () => {
  expect(estimateOf(1000, 400, price)).toBe(costOf({ promptTokens: 1000, completionTokens: 400 }, price))
})

test('sums of millionths do not drift', () => {
  expect(0.1 + 0.2).not.toBe(0.3)
  expect(fromMicros(toMicros(0.1) + toMicros(0.2))).toBe(0.3)
})
