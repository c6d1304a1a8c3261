import { newTraceId, type Receiver, Rejected } from '@waystation/domain'
import { authenticator } from './authenticate.ts'
import type { Bot } from './bot.ts'
import { parseUpdate } from './parse.ts'

/** The webhook of one bot. `secret` is what `setWebhook` was given as `secret_token`. */
export function telegramReceiver({ secret, bot }: { secret: string; bot: Bot }): Receiver {
  const authenticate = authenticator(secret)
  return {
    channel: 'telegram',
    receive(request) {
      authenticate(request)
      return parseUpdate(readJson(request.body), arrivalFor(bot))
    },
  }
}

export const arrivalFor = (bot: Bot) => ({ bot, receivedAt: Date.now(), traceId: newTraceId() })

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Rejected('not_json')
  }
}
