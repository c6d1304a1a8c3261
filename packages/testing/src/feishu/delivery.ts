import { setTimeout as sleep } from 'node:timers/promises'
import type { FeishuApp } from './apps.ts'
import type { FeishuEvent } from './wire.ts'

/** The waits before an event is pushed again; then it is lost. */
const WAITS_SECONDS = [15, 5 * 60, 60 * 60, 6 * 60 * 60]

/** Enough for any load here, and few enough sockets. */
const MOST_IN_FLIGHT = 200

type Pushed = { app: FeishuApp; event: FeishuEvent; attempt: number }

type Deps = {
  /** Multiplies every wait: 1 is the platform's, less makes tests shorter. */
  retryFactor: number
  /** One attempt: whether the bot took the event. Does not throw. */
  attempt(pushed: Pushed): Promise<boolean>
}

/** Pushes every event by itself: they start in their order, and one that fails holds up no other. */
export function createDelivery({ retryFactor, attempt }: Deps) {
  const ready: Pushed[] = []
  const stopped = new AbortController()
  let inFlight = 0
  let unfinished = 0

  function push(app: FeishuApp, event: FeishuEvent): void {
    unfinished += 1
    ready.push({ app, event, attempt: 1 })
    pump()
  }

  function pump(): void {
    while (inFlight < MOST_IN_FLIGHT && !stopped.signal.aborted) {
      const next = ready.shift()
      if (!next) return
      void deliver(next)
    }
  }

  async function deliver(pushed: Pushed): Promise<void> {
    inFlight += 1
    const isTaken = await attempt(pushed)
    inFlight -= 1
    if (isTaken) unfinished -= 1
    else void retry(pushed)
    pump()
  }

  async function retry(pushed: Pushed): Promise<void> {
    const seconds = WAITS_SECONDS[pushed.attempt - 1]
    if (seconds === undefined) {
      unfinished -= 1
      return
    }
    const wait = sleep(seconds * 1000 * retryFactor, false, { signal: stopped.signal })
    if (await wait.catch(() => true)) return
    ready.push({ ...pushed, attempt: pushed.attempt + 1 })
    pump()
  }

  return { push, unfinished: () => unfinished, stop: () => stopped.abort() }
}
