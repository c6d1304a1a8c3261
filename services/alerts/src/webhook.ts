import { createHash, timingSafeEqual } from 'node:crypto'
import Router from '@koa/router'
import { hintOf, Rejected, Unavailable } from '@waystation/domain'
import { readBody } from '@waystation/gateway'
import type { Bells } from '@waystation/mailbox'
import type { AlertEvents } from '@waystation/telemetry'
import type { Context } from 'koa'
import type { Box } from './box/box.ts'
import { type Notice, readNotice } from './notice.ts'

/** Some hundred alerts in one group; of more, `max_alerts` of Alertmanager's webhook_config leaves out the rest. */
const MAX_BODY_BYTES = 1024 * 1024
const RETRY_AFTER_S = '5'

type Deps = {
  token: string
  receivers: ReadonlySet<string>
  box: Box
  bells: Bells<string>
  events: AlertEvents
  failed(where: string, error: unknown): void
}

/**
 * `POST /alerts/<receiver>`, for Alertmanager's webhook_config with `authorization: { credentials }`. 200 once the notice is
 * in Redis, or was within the last hour; 401, 404, 413 and 400 to what Alertmanager need not send again, 503 to what it should: then with `Retry-After`.
 */
export function createRoutes({ token, receivers, box, bells, events, failed }: Deps): Router {
  const isRight = equalTo(`Bearer ${token}`)

  async function accept(receiver: string, context: Context): Promise<void> {
    if (!isRight(context.get('authorization'))) return refuse(context, 401, 'unauthenticated')
    if (!receivers.has(receiver)) return refuse(context, 404, 'unknown_receiver')
    const body = await readBody(context.req, MAX_BODY_BYTES)
    if (body === 'too_large') return refuse(context, 413, 'body_too_large')
    const notice = readNotice(body, Date.now())
    const posted = await post(receiver, notice)
    if (posted === 'full') return refuse(context, 503, 'full')
    events[posted](receiver, notice)
    context.status = 200
    context.body = {}
  }

  async function post(receiver: string, notice: Notice): Promise<'posted' | 'duplicated' | 'full'> {
    try {
      const posted = await box.post(receiver, notice)
      // A repeat rings as well: whoever posted it may have died before.
      if (posted !== 'full') await bells.ring(receiver)
      return posted
    } catch (cause) {
      throw new Unavailable('Redis took no notice', undefined, { cause })
    }
  }

  function refuse(context: Context, status: number, reason: string, hint?: string): void {
    events.rejected(reason, hint)
    context.status = status
    context.body = { error: reason }
    if (status === 503) context.set('Retry-After', RETRY_AFTER_S)
  }

  const routes = new Router()
  routes.post('/alerts/:receiver', async context => {
    try {
      await accept(context.params.receiver ?? '', context)
    } catch (error) {
      if (error instanceof Rejected) return refuse(context, 400, error.reason)
      if (error instanceof Unavailable) return refuse(context, 503, 'unavailable', hintOf(error))
      failed('alerts', error)
      context.status = 500
    }
  })
  return routes
}

/** Compares in a time that tells nothing of `expected`, not even its length. */
function equalTo(expected: string): (given: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const right = digest(expected)
  return given => timingSafeEqual(digest(given), right)
}
