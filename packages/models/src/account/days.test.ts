import { expect, test } from 'vitest'
import { dayOf, daysOf, monthOf } from './days.ts'

const newYear = Date.UTC(2026, 0, 1)

test("days and months are UTC's", () => {
  expect(dayOf(newYear)).toBe('2026-01-01')
  expect(dayOf(newYear - 1)).toBe('2025-12-31')
  expect(monthOf(newYear - 1)).toBe('2025-12')
})

test('a period is its days, of the current month those that were', () => {
  expect(daysOf('day', newYear)).toEqual(['2026-01-01'])
  expect(daysOf('month', newYear)).toEqual(['2026-01-01'])
  expect(daysOf('month', newYear - 1)).toHaveLength(31)
  expect(daysOf({ from: '2024-02-28', to: '2024-03-01' }, newYear)).toEqual(['2024-02-28', '2024-02-29', '2024-03-01'])
})
