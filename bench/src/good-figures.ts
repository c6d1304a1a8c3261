import type { Figures } from './measure.ts'

/** For tests: nothing went wrong. */
export const good: Figures = {
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
