import { setTimeout as sleep } from 'node:timers/promises'
import { type Reply, Unavailable } from '@waystation/domain'
import { type Delivery, Superseded } from '@waystation/mailbox'
import type { Deps } from './deliver.ts'
import { put } from './put.ts'

/** How soon an open reply is looked at again. */
const LOOK_EVERY_MS = 100
/** After a platform failed to show progress, without naming a time. */
const PAUSE_MS = 5_000

/** The process ends while the reply still grows. */
export class LeftToOthers extends Error {
  override name = 'LeftToOthers'
}

/**
 * Shows a reply while it grows, as its platform can. Returns it complete or withdrawn. Throws `LeftToOthers`;
 * `Unavailable` when the platform names a time before which it wants no call; `Superseded`.
 */
export async function follow(delivery: Delivery, deps: Deps): Promise<Reply> {
  const show = createShow(delivery, deps)
  let { reply } = delivery
  while (reply.state === 'open') {
    if (deps.stopping.aborted) throw new LeftToOthers()
    await show(reply)
    await sleep(LOOK_EVERY_MS)
    reply = await deps.outbox.read(reply)
  }
  return reply
}

/** Shows what is new, at the platform's pace. What fails here is only progress: the whole text still follows. */
function createShow(delivery: Delivery, deps: Deps) {
  const { events, messenger, deadline } = deps
  let shown = ''
  let nextAt = 0

  return async (reply: Reply): Promise<void> => {
    const now = Date.now()
    const streaming = messenger.streaming(reply.conversation)
    if (now < nextAt && !(shown === '' && reply.text !== '')) return
    try {
      if (reply.text === '') {
        nextAt = now + messenger.typingEveryMs
        await messenger.typing(reply, deadline)
      } else if (streaming.style !== 'none' && reply.text !== shown) {
        nextAt = now + streaming.everyMs
        shown = reply.text
        await showText(reply, streaming.style)
      }
    } catch (error) {
      if (error instanceof Superseded) throw error
      if (error instanceof Unavailable && error.retryAfterMs !== undefined) throw error
      events.partSent(messenger, 'failed')
      nextAt = now + (error instanceof Unavailable ? PAUSE_MS : Number.POSITIVE_INFINITY)
    }
  }

  async function showText(reply: Reply, style: 'draft' | 'edit'): Promise<void> {
    if (style === 'draft') {
      await messenger.draft(reply, deadline)
      events.partSent(messenger, 'drafted')
      return
    }
    const [beginning = ''] = messenger.split(reply.text)
    const before = delivery.parts.get(0)
    const receipt = await put(delivery, reply, beginning, 0, deps)
    const isNoted = before?.state === 'shown' && before.receipt === receipt
    if (!isNoted) await deps.outbox.notePart(delivery, 0, { state: 'shown', receipt })
  }
}
