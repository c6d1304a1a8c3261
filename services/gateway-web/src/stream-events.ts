import { Readable } from 'node:stream'
import { Rejected, Unavailable } from '@waystation/domain'
import type { Events } from '@waystation/telemetry'
import { authenticate, conversationOfSession, type Feed, type FeedItem, type SessionId } from '@waystation/web/inbound'
import type { Context } from 'koa'

/** A person's windows and devices; more is somebody who plays with us. */
const MAX_STREAMS = 8
/** When a browser tries again by itself. */
const RETRY_MS = 2_000
/**
 * Two heartbeats. A page that reads nothing for so long, or by Node's way of measuring twice so long, is let go; it
 * comes back with the id of the last event it saw.
 */
const STALLED_MS = 30_000

type Deps = { feed: Feed; key: string; events: Events }

/**
 * `GET /api/events`: the events of a session's conversation as they come, and first those since `Last-Event-ID` (or
 * `?after=`), or all that are kept. A `beat` says that all was told up to now, at least every 15 s.
 */
export function createEventStreams({ feed, key, events }: Deps) {
  const open = new Map<SessionId, Set<AbortController>>()
  let closed = false

  return {
    async stream(context: Context): Promise<void> {
      const session = authenticate(context.headers, key)
      if (closed) throw new Unavailable('the process ends')
      const ended = enter(session)
      context.res.once('close', () => ended.abort())
      const after = eventId(context.get('Last-Event-ID')) ?? eventId(String(context.query.after ?? ''))
      const batches = feed.follow(conversationOfSession(session), after, ended.signal)
      // Read before the answer begins: while Redis is away it is a 503.
      const first = await batches.next()
      context.res.setTimeout(STALLED_MS, () => context.res.destroy())
      context.status = 200
      context.set({
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store, no-transform',
        // nginx would collect events until its buffer is full.
        'X-Accel-Buffering': 'no',
      })
      context.body = Readable.from(write(first.value ?? [], batches))
    },

    /** Ends all streams and lets no more begin; pages come back to another process. */
    close(): void {
      closed = true
      for (const streams of open.values()) for (const stream of streams) stream.abort()
    },
  }

  function enter(session: SessionId): AbortController {
    const streams = open.get(session) ?? new Set()
    if (streams.size >= MAX_STREAMS) throw new Rejected('too_many_streams')
    const ended = new AbortController()
    open.set(session, streams.add(ended))
    ended.signal.addEventListener('abort', () => {
      streams.delete(ended)
      if (streams.size === 0) open.delete(session)
    })
    return ended
  }

  async function* write(first: FeedItem[], rest: AsyncGenerator<FeedItem[]>): AsyncGenerator<string> {
    yield `retry: ${RETRY_MS}\n\n${describe(first)}`
    try {
      for await (const batch of rest) yield describe(batch)
    } catch (error) {
      // The stream simply ends: the page will ask again.
      if (!(error instanceof Unavailable)) events.failed('gateway.web', error)
    }
  }
}

/** JSON has no line breaks of its own, so each event is one line of data. */
function describe(batch: FeedItem[]): string {
  if (batch.length === 0) return 'event: beat\ndata:\n\n'
  return batch.map(({ id, event }) => `${id === undefined ? '' : `id: ${id}\n`}data: ${event}\n\n`).join('')
}

/** Redis refuses numbers beyond 64 bits. */
const eventId = (text: string) => (/^\d{1,19}-\d{1,19}$/.test(text) ? text : undefined)
