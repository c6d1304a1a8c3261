import { type ConversationId, Unavailable } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import { eventsKey } from '../events.ts'

/** Below the minute after which proxies cut a silent connection; and the longest a lost wake-up can delay an event. */
const HEARTBEAT_MS = 15_000
/** Events held in memory at a time for one page, however long its conversation. */
const PAGE = 20

/** One event of a conversation, as JSON. A passing one has no id: it cannot be shown again. */
export type FeedItem = { id?: string; event: string }

export type Feed = ReturnType<typeof createFeed>

/** What waits for the events of one conversation. */
type Follower = { wake(): void; passing: string[] }

/**
 * The events of conversations, for all pages that look on through this process. `subscriber`: a connection of its own,
 * used for nothing else.
 */
export function createFeed(redis: Redis, subscriber: Redis) {
  const followers = new Map<string, Set<Follower>>()
  subscriber.on('message', (key: string, passing: string) => {
    for (const follower of followers.get(key) ?? []) {
      if (passing !== '') follower.passing = [passing]
      follower.wake()
    }
  })
  // What was said while the connection was away is lost.
  subscriber.on('ready', () => {
    for (const key of followers.keys()) subscribe(key)
  })

  return {
    /**
     * What came after the event `after` (or everything still kept), then what comes, until `signal` aborts. Yields at
     * least every 15 s, if only nothing. Reads on only when it is asked to, so a slow reader costs no memory.
     * Throws `Unavailable` when Redis is away.
     */
    async *follow(
      conversation: ConversationId,
      after: string | undefined,
      signal: AbortSignal,
    ): AsyncGenerator<FeedItem[]> {
      const key = eventsKey(conversation)
      const alarm = createAlarm()
      const follower: Follower = { wake: alarm.ring, passing: [] }
      const end = () => {
        leave(key, follower)
        alarm.ring()
      }
      // A reader that is gone may never ask again, and nothing after a `yield` would run.
      signal.addEventListener('abort', end)
      join(key, follower)
      try {
        let seen = after
        while (!signal.aborted) {
          // Set before reading: what arrives in between rings it.
          const rung = alarm.set()
          const entries = await read(key, seen)
          seen = entries.at(-1)?.id ?? seen
          yield [...follower.passing.splice(0).map(event => ({ event })), ...entries]
          if (entries.length < PAGE) await rung
        }
      } finally {
        signal.removeEventListener('abort', end)
        end()
      }
    },
  }

  function join(key: string, follower: Follower): void {
    followers.set(key, (followers.get(key) ?? new Set()).add(follower))
    subscribe(key)
  }

  function leave(key: string, follower: Follower): void {
    const others = followers.get(key)
    others?.delete(follower)
    if (others?.size !== 0) return
    followers.delete(key)
    subscriber.unsubscribe(key).catch(() => {})
  }

  /** Nobody waits for it: what was missed until then is read once it is done, and an outage heals by 'ready'. */
  function subscribe(key: string): void {
    subscriber.subscribe(key).then(
      () => followers.get(key)?.forEach(follower => void follower.wake()),
      () => {},
    )
  }

  async function read(key: string, after: string | undefined): Promise<{ id: string; event: string }[]> {
    try {
      const entries = await redis.xrange(key, after === undefined ? '-' : `(${after}`, '+', 'COUNT', PAGE)
      return entries.map(([id, [, event]]) => ({ id, event: event ?? '{}' }))
    } catch (cause) {
      throw new Unavailable('Redis did not tell the events', undefined, { cause })
    }
  }
}

/** Rings once after it was set: by hand, or by itself after `HEARTBEAT_MS`. */
function createAlarm() {
  let ring = () => {}
  return {
    ring: () => ring(),
    set(): Promise<void> {
      ring()
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, HEARTBEAT_MS)
      ring = () => {
        clearTimeout(timer)
        resolve()
      }
      return promise
    },
  }
}
