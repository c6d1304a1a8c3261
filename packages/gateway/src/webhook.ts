import { hintOf, type Receiver, Rejected, Unauthenticated, Unavailable } from '@waystation/domain'
import type { Events } from '@waystation/telemetry'
import type { Context } from 'koa'
import { readBody } from './body.ts'
import type { Gateway } from './gateway.ts'

/** Far above any update of a platform; attachments travel by id. */
const MAX_BODY_BYTES = 1024 * 1024

/**
 * A platform's webhook. Answers 200 once every message is durable; 401 to a wrong signature, with nothing parsed; 413
 * to a body over 1 MiB; 503 at once when Redis did not take a message, so that the platform sends it again. What does
 * not parse gets 200 and is counted: the platform would only repeat it.
 */
export function webhook(receiver: Receiver, gateway: Gateway, events: Events) {
  const { channel } = receiver
  return async (context: Context): Promise<void> => {
    const body = await readBody(context.req, MAX_BODY_BYTES)
    context.body = {}
    if (body === 'too_large') {
      events.rejected({ channel, reason: 'body_too_large' })
      context.status = 413
      return
    }
    try {
      const { answer } = await gateway.accept(channel, await receiver.receive({ headers: context.headers, body }))
      context.body = answer
      context.status = 200
    } catch (error) {
      if (error instanceof Unauthenticated) {
        events.rejected({ channel, reason: error.reason, hint: error.message })
        gateway.unbelieved(channel, error.reason)
        context.status = 401
      } else if (error instanceof Rejected) {
        events.rejected({ channel, reason: error.reason })
        context.status = 200
      } else if (error instanceof Unavailable) {
        events.rejected({ channel, reason: 'unavailable', hint: hintOf(error) })
        context.status = 503
        context.set('Retry-After', '1')
      } else {
        events.failed(`gateway.${channel}`, error)
        context.status = 500
      }
    }
  }
}
