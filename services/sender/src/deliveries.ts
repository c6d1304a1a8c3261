import {
  type ConversationId,
  conversationOf,
  errorCode,
  type Messenger,
  Rejected,
  Unanswered,
  Unavailable,
} from '@waystation/domain'
import { type Again, type Delivery, describe, type Outbox, Superseded } from '@waystation/mailbox'
import type { Events } from '@waystation/telemetry'
import { deliver } from './deliver.ts'
import { LeftToOthers } from './follow.ts'

/** A platform that is away for a day has lost the conversation's interest too. */
const KEEP_TRYING_MS = 24 * 60 * 60 * 1000
const MAX_FAILURES = 10
const BACKOFF_FIRST_MS = 500
const BACKOFF_MOST_MS = 30_000

export type Deps = {
  outbox: Outbox
  events: Events
  /** By `<channel>.<bot>`: a reply is never sent under another bot's name. */
  messengers: ReadonlyMap<string, Messenger>
}

export function createDeliveries({ outbox, events, messengers }: Deps) {
  const stopping = new AbortController()
  const deadline = new AbortController()

  /** Returns how many replies wait now, or when to try again. */
  async function attempt(delivery: Delivery): Promise<number | { afterMs: number }> {
    try {
      const messenger = messengerFor(delivery.reply.conversation)
      return await deliver(delivery, {
        outbox,
        events,
        messenger,
        stopping: stopping.signal,
        deadline: deadline.signal,
      })
    } catch (error) {
      if (error instanceof LeftToOthers) return { afterMs: 0 }
      if (error instanceof Superseded) throw error
      return putOffOrGiveUp(delivery, error)
    }
  }

  function messengerFor(conversation: ConversationId): Messenger {
    const { channel, bot } = conversationOf(conversation)
    const messenger = messengers.get(`${channel}.${bot}`)
    if (!messenger) throw new Unavailable(`no ${channel} bot of this number is configured`)
    return messenger
  }

  async function putOffOrGiveUp(delivery: Delivery, error: unknown): Promise<number | { afterMs: number }> {
    const { reply, takenAt, failures, attempt } = delivery
    const tooOld = Date.now() - reply.receivedAt > KEEP_TRYING_MS
    const hopeless = error instanceof Rejected || (!(error instanceof Unavailable) && failures + 1 >= MAX_FAILURES)
    if (tooOld || hopeless) {
      const parts = [...delivery.parts]
      const deadLetter = {
        kind: 'reply',
        at: Date.now(),
        error: describe(error, errorCode(error)),
        reply,
        parts,
      } as const
      const waiting = await outbox.settle(delivery, { deadLetter })
      events.replyDied(reply, takenAt, error)
      return waiting
    }
    const backoffMs = Math.min(BACKOFF_FIRST_MS * 2 ** (attempt - 1), BACKOFF_MOST_MS)
    const afterMs = error instanceof Unavailable ? (error.retryAfterMs ?? backoffMs) : backoffMs
    await outbox.putOff(delivery, !(error instanceof Unavailable), { code: errorCode(error), afterMs })
    events.deliveryPutOff(reply, takenAt, error, afterMs)
    return { afterMs }
  }

  return {
    /** Works off an outbox, reply by reply. Rejects when Redis fails it. */
    async look(conversation: ConversationId): Promise<Again> {
      try {
        let delivery = await outbox.take(conversation)
        while (delivery) {
          const ended = await attempt(delivery)
          if (typeof ended !== 'number') return ended
          if (ended === 0) return undefined
          if (stopping.signal.aborted) return { afterMs: 0 }
          delivery = await outbox.take(conversation)
        }
      } catch (error) {
        if (!(error instanceof Superseded)) throw error
        events.deliverySuperseded(conversation)
      }
      return undefined
    },

    /** Leaves replies that still grow to other senders; what is complete is sent. */
    stop: () => stopping.abort(),

    /** Breaks off what is being sent: whether it arrived is in doubt. */
    breakOff: () => deadline.abort(new Unanswered('the process ends')),
  }
}
