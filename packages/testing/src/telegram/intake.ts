import type { Chats } from './chats.ts'
import type { Pending } from './pending.ts'
import type { createPolling } from './polling.ts'
import type { createWebhook } from './webhook.ts'
import type { Message, Update } from './wire.ts'

export type DeliverOptions = {
  /** How many times, all at once (1). */
  times?: number
  /** Added to the platform's own, or in their place. */
  headers?: Record<string, string>
}

type Deps = {
  chats: Chats
  pending: Pending
  webhook: ReturnType<typeof createWebhook>
  polling: ReturnType<typeof createPolling>
  rememberCallbackQuery(id: string): void
}

/** What happens on the platform, on its way to the bot. */
export function createIntake({ chats, pending, webhook, polling, rememberCallbackQuery }: Deps) {
  /** Queues an update under the next id, for whichever way out the bot chose. */
  function push(fields: Omit<Update, 'update_id'>): Update {
    const { update, kept } = pending.add(fields)
    remember(update)
    if (kept) {
      webhook.push(update)
      polling.wake()
    }
    return update
  }

  /** Posts past every queue; the statuses, 0 for no answer. Throws where no webhook is set. */
  async function deliver(update: Update | Buffer, { times = 1, headers }: DeliverOptions = {}): Promise<number[]> {
    if (!webhook.isSet()) throw new Error('no webhook is set')
    const isRaw = Buffer.isBuffer(update)
    if (!isRaw) remember(update)
    const body = isRaw ? update : JSON.stringify(update)
    const posts = Array.from({ length: times }, () => webhook.post(isRaw ? 0 : update.update_id, body, headers))
    return (await Promise.allSettled(posts)).map(post => (post.status === 'fulfilled' ? post.value.status : 0))
  }

  /** What an update speaks of exists: its chat can be written to, its message answered, its button too. */
  function remember({ update_id, callback_query: pressed, ...kinds }: Update): void {
    // The Bot API's shapes, whoever made the update.
    if (pressed) rememberCallbackQuery((pressed as { id: string }).id)
    for (const kind of Object.values(kinds) as Message[])
      if (kind.chat && kind.message_id !== undefined) chats.remember(kind)
  }

  return { push, deliver }
}
