import { type Messenger, type Receipt, type Reply, Unavailable } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import { append, type ChatEvent, eventsKey, type PassingEvent } from '../events.ts'

const DRAFT_EVERY_MS = 100
const TYPING_EVERY_MS = 4_000
/** So often a growing text is written whole again in place of its pieces, so that it never crowds out the conversation. */
const FOLD_AFTER = 200
/** Replies that grow at once in one process; one forgotten is merely written whole the next time. */
const MAX_OPEN = 1_000

/** What this process last showed of an open reply, and the entries of the stream that together say so. */
type Shown = { text: string; entries: string[] }

/**
 * Writes replies into the streams of events that chat pages follow. A growing reply costs what was added to it; once
 * final, one entry holds it whole. A receipt is the id of that entry. Throws `Unavailable` while Redis is away.
 */
export function webMessenger(redis: Redis): Messenger {
  const open = new Map<string, Shown>()

  return {
    channel: 'web',
    streaming: () => ({ style: 'draft', everyMs: DRAFT_EVERY_MS }),
    // An event told twice changes nothing on the page.
    dropsRepeats: true,
    typingEveryMs: TYPING_EVERY_MS,

    async typing({ conversation }, signal) {
      signal.throwIfAborted()
      const event: PassingEvent = { type: 'typing' }
      await redis.publish(eventsKey(conversation), JSON.stringify(event)).catch(redisIsAway)
    },

    async draft(reply, signal) {
      signal.throwIfAborted()
      const before = open.get(reply.id) ?? { text: '', entries: [] }
      if (reply.text === before.text) return
      // Should the write fail, nobody knows what the page shows: the next draft starts anew.
      open.delete(reply.id)
      const folded = before.entries.length >= FOLD_AFTER ? before.entries : []
      const from = folded.length > 0 ? 0 : commonLength(before.text, reply.text)
      const entry = await write(reply, from, folded)
      remember(reply.id, { text: reply.text, entries: folded.length > 0 ? [entry] : [...before.entries, entry] })
    },

    split: text => [text],
    send: (reply, _part, _index, signal) => show(reply, signal),
    async edit(reply, _part, _receipt, signal) {
      await show(reply, signal)
    },
    // A page takes no message back, so a reply is withdrawn only before it shows.
    withdraw: async () => {},
  }

  async function show(reply: Reply, signal: AbortSignal): Promise<Receipt> {
    signal.throwIfAborted()
    const { entries } = open.get(reply.id) ?? { entries: [] }
    open.delete(reply.id)
    return write(reply, 0, entries)
  }

  /** One round trip, all or nothing: whoever reads the stream finds the reply whole, before or after. */
  async function write(reply: Reply, from: number, replaced: string[]): Promise<string> {
    const transaction = redis.multi()
    if (replaced.length > 0) transaction.xdel(eventsKey(reply.conversation), ...replaced)
    const results = await append(transaction, reply.conversation, describe(reply, from)).exec().catch(redisIsAway)
    const [error, entry] = results?.at(-3) ?? []
    if (typeof entry !== 'string') return redisIsAway(error)
    return entry
  }

  function remember(replyId: string, shown: Shown): void {
    const [oldest] = open.keys()
    if (open.size >= MAX_OPEN && oldest !== undefined) open.delete(oldest)
    open.set(replyId, shown)
  }
}

function describe({ id, inReplyTo, state, text, route }: Reply, from: number): ChatEvent {
  return {
    type: 'reply',
    replyId: id,
    inReplyTo,
    state,
    from,
    text: text.slice(from),
    ...(route && state !== 'open' ? { route: { tier: route.tier, model: route.model } } : {}),
  }
}

/** How far two texts agree, in UTF-16 units; never into the middle of a surrogate pair. */
function commonLength(before: string, now: string): number {
  // Nearly always a text only grew, and comparing whole strings is far faster than unit by unit.
  let length = now.startsWith(before) ? before.length : 0
  if (length === 0) while (length < before.length && before[length] === now[length]) length += 1
  const last = now.charCodeAt(length - 1)
  return last >= 0xd800 && last <= 0xdbff ? length - 1 : length
}

function redisIsAway(error: unknown): never {
  throw new Unavailable('Redis did not take an event', undefined, { cause: error })
}
