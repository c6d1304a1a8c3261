import { integer, type Params } from './params.ts'
import type { Pending } from './pending.ts'
import { Refused } from './refused.ts'
import type { Update } from './wire.ts'

const LONGEST_POLL_SECONDS = 50

type Poll = { limit: number; resolve(updates: Update[]): void; reject(error: Refused): void }

type Deps = { pending: Pending; isWebhookSet(): boolean }

/** The way out by which the bot asks for its updates. */
export function createPolling({ pending, isWebhookSet }: Deps) {
  let waiting: Poll | undefined

  async function getUpdates(params: Params, onGone: (listener: () => void) => void): Promise<Update[]> {
    if (isWebhookSet())
      throw conflict(
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      )
    end('terminated by other getUpdates request; make sure that only one bot instance is running')
    pending.allow(params)
    pending.confirm(integer(params, 'offset') ?? 0)
    const limit = Math.min(Math.max(integer(params, 'limit') ?? 100, 1), 100)
    const seconds = Math.min(integer(params, 'timeout') ?? 0, LONGEST_POLL_SECONDS)
    if (pending.updates.size > 0 || seconds <= 0) return pending.first(limit)
    return await wait(limit, seconds, onGone)
  }

  async function wait(limit: number, seconds: number, onGone: (listener: () => void) => void): Promise<Update[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Update[]>()
    const own: Poll = { limit, resolve, reject }
    waiting = own
    const timer = setTimeout(resolve, seconds * 1000, [])
    onGone(() => resolve([]))
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      if (waiting === own) waiting = undefined
    }
  }

  /** A new update has come. */
  function wake(): void {
    waiting?.resolve(pending.first(waiting.limit))
    waiting = undefined
  }

  /** The poll that waits, if any, is answered 409. */
  function end(why: string): void {
    waiting?.reject(conflict(why))
    waiting = undefined
  }

  return { methods: { getUpdates }, wake, end, waiting: () => (waiting ? 1 : 0) }
}

const conflict = (why: string): Refused => new Refused(409, `Conflict: ${why}`)
