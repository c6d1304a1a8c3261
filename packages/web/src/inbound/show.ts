import { type InboundMessage, Unavailable } from '@waystation/domain'
import { type Redis, script } from '@waystation/redis'
import { type ChatEvent, eventsKey, KEEP_SECONDS, MAX_EVENTS } from '../events.ts'

/** As long as the inbox knows a message it has seen. */
const MARK_SECONDS = 24 * 60 * 60

/**
 * Shows a message that was posted to all pages of its conversation, however often it is asked to: a page that got no
 * answer posts again, and the first try may have ended anywhere. After a `/reset` nothing older is shown again.
 * Throws `Unavailable` while Redis is away.
 */
export function messageShower(redis: Redis): (message: InboundMessage) => Promise<void> {
  const show = script(redis, new URL('./show.lua', import.meta.url))
  return async ({ conversation, id, text, command, receivedAt }) => {
    const event: ChatEvent = { type: 'message', id, text, at: receivedAt }
    const key = eventsKey(conversation)
    await show(
      [key, `${key}:shown:${id}`],
      [JSON.stringify(event), MAX_EVENTS, KEEP_SECONDS, MARK_SECONDS, command === 'reset' ? id : ''],
    ).catch(cause => {
      throw new Unavailable('Redis did not take an event', undefined, { cause })
    })
  }
}
