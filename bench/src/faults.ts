import type { Figures } from './measure.ts'
import type { Options } from './options.ts'

/** Below it, the station falls behind the load. */
const KEEPS_UP = 0.98
/** What a busy station may still hold when the load ends. */
const DRAINED_WITHIN_SECONDS = 3

/** What a station under load did not hold, in words. Speed is judged only where it was asked for: by `--sustained`. */
export function faultsOf(figures: Figures, { sustained }: Pick<Options, 'sustained'>): string[] {
  const { offered, achieved, lost, duplicated, outOfOrder, drainedSeconds, unsettled } = figures
  const isSlow = sustained && achieved < offered * KEEPS_UP
  const isFull = sustained && drainedSeconds > DRAINED_WITHIN_SECONDS
  return [
    ...(lost > 0 ? [`${lost} messages were not answered`] : []),
    ...(duplicated > 0 ? [`${duplicated} messages were answered more than once`] : []),
    ...(outOfOrder > 0 ? [`${outOfOrder} messages were answered out of order`] : []),
    ...(unsettled === undefined ? [] : [unsettled]),
    ...(isSlow ? [`${achieved.toFixed(1)} of ${offered.toFixed(1)} messages a second were answered`] : []),
    ...(isFull ? [`the last answer came ${drainedSeconds.toFixed(1)} s after the end of the load`] : []),
  ]
}
