import { type InboundMessage, type Receiver, Rejected } from '@waystation/domain'
import { type Gateway, readBody } from '@waystation/gateway'
import type { Context } from 'koa'

/** The longest text with every character escaped, and room for the rest. */
const MAX_BODY_BYTES = 128 * 1024

type Deps = { receiver: Receiver; gateway: Gateway; show(message: InboundMessage): Promise<void> }

/**
 * `POST /api/messages`: answers 202 once the message is durable and on all pages of its conversation. Whoever got no
 * answer may send it again under the same id: it counts once.
 */
export function postMessage({ receiver, gateway, show }: Deps) {
  return async (context: Context): Promise<void> => {
    const body = await readBody(context.req, MAX_BODY_BYTES)
    if (body === 'too_large') throw new Rejected('body_too_large')
    const received = await receiver.receive({ headers: context.headers, body })
    const { refused } = await gateway.accept('web', received)
    if (refused) throw new Rejected('not_allowed')
    for (const message of received.messages) await show(message)
    context.status = 202
    context.body = { ids: received.messages.map(({ id }) => id) }
  }
}
