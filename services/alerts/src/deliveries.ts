import { errorCode, Rejected, Unanswered, Unavailable } from '@waystation/domain'
import { type Again, Superseded } from '@waystation/mailbox'
import type { AlertEvents } from '@waystation/telemetry'
import type { Box, Delivery } from './box/box.ts'
import type { Notice } from './notice.ts'
import type { Relay } from './relays/relay.ts'

/** What was wrong a day ago tells nobody anything; what is still wrong Alertmanager reminds of by itself. */
const KEEP_TRYING_MS = 24 * 60 * 60 * 1000
const MAX_FAILURES = 5
const BACKOFF_FIRST_MS = 1_000
const BACKOFF_MOST_MS = 30_000

type Deps = { box: Box; events: AlertEvents; relays: ReadonlyMap<string, Relay> }

export function createDeliveries({ box, events, relays }: Deps) {
  const stopping = new AbortController()

  /** Returns when to go on, where that is not at once. */
  async function attempt(delivery: Delivery, relay: Relay): Promise<Again> {
    const { receiver, notice } = delivery
    if (!notice) return giveUp(delivery, 'unreadable')
    if (Date.now() - notice.receivedAt > KEEP_TRYING_MS) return giveUp(delivery, 'too_old')
    const afterMs = await box.begin(delivery, relay.limits)
    if (afterMs > 0) return { afterMs }
    // Better twice than not at all, and counted.
    if (delivery.isInDoubt && !relay.dropsRepeats) events.doubtful(receiver, notice)
    try {
      await relay.send(notice)
    } catch (error) {
      if (error instanceof Rejected) return giveUp(delivery, error.reason)
      return putOff(delivery, notice, error)
    }
    await box.settle(delivery)
    events.delivered(receiver, notice)
    return undefined
  }

  async function giveUp(delivery: Delivery, reason: string): Promise<undefined> {
    await box.settle(delivery)
    events.died(delivery.receiver, delivery.notice ?? { id: delivery.id }, reason)
  }

  async function putOff(delivery: Delivery, notice: Notice, error: unknown): Promise<Again> {
    const counts = !(error instanceof Unavailable)
    if (counts && delivery.failures + 1 >= MAX_FAILURES) return giveUp(delivery, errorCode(error))
    await box.fail(delivery, { isInDoubt: error instanceof Unanswered, counts })
    const asked = error instanceof Unavailable ? error.retryAfterMs : undefined
    const afterMs = asked ?? Math.min(BACKOFF_FIRST_MS * 2 ** delivery.tries, BACKOFF_MOST_MS)
    events.putOff(delivery.receiver, notice, error, afterMs)
    return { afterMs }
  }

  return {
    /** Works off the box of a receiver, notice by notice. Rejects when Redis fails it. */
    async look(receiver: string): Promise<Again> {
      const relay = relays.get(receiver)
      // What waits for it stays, should it be configured again.
      if (!relay) return undefined
      try {
        let delivery = await box.take(receiver)
        while (delivery) {
          const again = await attempt(delivery, relay)
          if (again) return again
          if (stopping.signal.aborted) return { afterMs: 0 }
          delivery = await box.take(receiver)
        }
      } catch (error) {
        // Another replica has taken it over.
        if (!(error instanceof Superseded)) throw error
      }
      return undefined
    },

    /** Ends after the notice that is being sent. */
    stop: () => stopping.abort(),
  }
}
