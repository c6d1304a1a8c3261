import { setTimeout as sleep } from 'node:timers/promises'

/** The time that is measured, in ms of `performance.now()`. */
export type Window = { from: number; to: number }

export const within = ({ from, to }: Window, time: number): boolean => time >= from && time < to

type Schedule = { beginsAt: number; count: number; everyMs: number }

/**
 * Calls `send` `count` times, each at its own time however late the ones before were: what comes late is not left out
 * but made up for. `beginsAt` and `dueAt` are ms of `performance.now()`. Rejects when `signal` aborts.
 */
export async function onSchedule(
  { beginsAt, count, everyMs }: Schedule,
  send: (number: number, dueAt: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let number = 0; number < count; number++) {
    const dueAt = beginsAt + number * everyMs
    for (let left = dueAt - performance.now(); left > 0; left = dueAt - performance.now())
      await sleep(left, undefined, { signal })
    send(number, dueAt)
  }
}

/** Resolves at `time`, in ms of `performance.now()`. */
export const until = (time: number, signal: AbortSignal): Promise<void> =>
  sleep(Math.max(time - performance.now(), 0), undefined, { signal })
