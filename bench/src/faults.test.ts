import { expect, test } from 'vitest'
import { faultsOf } from './faults.ts'
import type { Figures } from './measure.ts'

const good: Figures = {
  offered: 500,
  achieved: 499,
  acknowledgedMs: undefined,
  addedMs: undefined,
  firstVisibleMs: undefined,
  asked: 500,
  messagesPerReply: 1,
  lost: 0,
  duplicated: 0,
  outOfOrder: 0,
  refused: 0,
  drainedSeconds: 0.2,
  costs: {},
  simulatorsCosts: {},
  othersShare: 0,
  lateMs: undefined,
}

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
