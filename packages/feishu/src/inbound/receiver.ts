import { type Received, type Receiver, traceIdOf, Unavailable } from '@waystation/domain'
import { arrivalFor } from './arrival.ts'
import { authenticator, type ReceivingApp } from './authenticate.ts'
import { challengeOf } from './event.ts'
import { ignore } from './ignored.ts'
import { parseEvent } from './parse.ts'
import type { Replays } from './replays.ts'

/** The webhook of all `apps`: on their pages it may be one address. `now`: ms since 1970. */
export function feishuReceiver(apps: readonly ReceivingApp[], replays: Replays, now = Date.now): Receiver {
  const authenticate = authenticator(apps)
  return {
    channel: 'feishu',
    async receive(request) {
      const receivedAt = now()
      const { app, event, signature } = authenticate(request, receivedAt)
      const challenge = challengeOf(event)
      if (challenge !== undefined) return answered(challenge)

      if (signature !== undefined && (await replays.seen(app.appId, signature))) return ignore('replayed')
      const bot = app.bot()
      if (!bot) throw new Unavailable('who the bot is has not been told yet')
      const received = parseEvent(event, { ...arrivalFor(app, bot, traceIdOf(request)), receivedAt })
      if (signature === undefined) return received
      return { ...received, done: () => replays.remember(app.appId, signature) }
    },
  }
}

/** The page where the address is entered waits 1 s for it: nothing else is asked first. */
const answered = (challenge: string): Received => ({
  ...ignore('url_verification'),
  answer: () => ({ challenge }),
})
