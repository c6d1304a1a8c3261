import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode, Unavailable } from '@waystation/domain'

/** Where lines go; pino's logger is one. */
type Log = Record<'info' | 'warn' | 'error', (line: object) => void>

/** How a task that runs until it is stopped tells about itself, and hears of its end. */
export type Background = { log: Log; signal: AbortSignal }

const LONGEST_PAUSE_MS = 10_000

/**
 * Asks until a platform can be reached, with one line in the log per failure. Throws anything but `Unavailable`, and an
 * `AbortError` at the end of `signal`.
 */
export async function untilAvailable<Answer>(
  event: string,
  ask: () => Promise<Answer>,
  { log, signal }: Background,
): Promise<Answer> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      await pauseAfter(event, error, failures, { log, signal })
    }
  }
}

/** Waits as long as `error` asks for, or 1, 2, 4 … s, and says so in the log. */
export async function pauseAfter(event: string, error: unknown, failures: number, { log, signal }: Background) {
  const asked = error instanceof Unavailable ? error.retryAfterMs : undefined
  const afterMs = asked ?? Math.min(1000 * 2 ** (failures - 1), LONGEST_PAUSE_MS)
  const detail = error instanceof Unavailable ? { detail: error.message } : { error }
  log.warn({ event, errorCode: errorCode(error), afterMs, ...detail })
  await sleep(afterMs, undefined, { signal })
}
