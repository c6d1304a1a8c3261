import type { Platform } from './channel.ts'
import { type Window, within } from './schedule.ts'

/** The simulators write down the time of day. */
const monotonic = (timeOfDay: number): number => timeOfDay - performance.timeOrigin

/** How long the webhook took to answer 200, and how often it answered otherwise. */
export function acknowledgements({ attempts }: Platform, window: Window) {
  const measured = attempts.filter(({ at }) => within(window, monotonic(at)))
  const accepted = measured.filter(({ status }) => status === 200)
  return { latenciesMs: accepted.map(({ durationMs }) => durationMs), refused: measured.length - accepted.length }
}
