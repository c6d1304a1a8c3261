import { newTraceId, type RawRequest, type Received, type Receiver, Rejected, traceIdOf } from '@waystation/domain'
import { authenticator } from './authenticate.ts'
import type { Bot } from './bot.ts'
import { parseUpdate } from './parse.ts'

/** The webhook of one bot. `secret` is what `setWebhook` was given as `secret_token`. */
export function telegramReceiver({ secret, bot }: { secret: string; bot: Bot }) {
  const authenticate = authenticator(secret)
  return {
    channel: 'telegram',
    receive(request: RawRequest): Received {
      authenticate(request)
      return parseUpdate(readJson(request.body), arrivalFor(bot, traceIdOf(request)))
    },
  } satisfies Receiver
}

export const arrivalFor = (bot: Bot, traceId = newTraceId()) => ({ bot, receivedAt: Date.now(), traceId })

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Rejected('not_json')
  }
}
