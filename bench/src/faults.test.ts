import { expect, test } from 'vitest'
import { faultsOf } from './faults.ts'
import { good } from './good-figures.ts'

test('what is lost, doubled or out of order is always a fault', () => {
  expect(faultsOf(good, { sustained: true })).toEqual([])
  for (const fault of ['lost', 'duplicated', 'outOfOrder'])
    expect(faultsOf({ ...good, [fault]: 3 }, { sustained: false })).toEqual([expect.stringMatching(/^3 messages/)])
})

test('falling behind is a fault only where the sustained rate is asked for', () => {
  const behind = { ...good, achieved: 300, drainedSeconds: 9 }
  expect(faultsOf(behind, { sustained: false })).toEqual([])
  expect(faultsOf(behind, { sustained: true })).toEqual([
    '300.0 of 500.0 messages a second were answered',
    'the last answer came 9.0 s after the end of the load',
  ])
})
