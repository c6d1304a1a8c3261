import { type Failure, leavesLate } from '../failure.ts'
import { talk } from '../talk.ts'

const KNOCK_EVERY_MS = 500
/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:9'

export const platformFailures: Failure[] = [
  {
    what: 'Telegram refuses every message',
    tells: { PlatformRefuses: ['wecom', 'sms'], ErrorsMany: ['ticket'], DeadLettersGrow: ['wecom'] },
    async cause(site) {
      const refusal = { status: 400, description: 'Bad Request: the bot was switched off' }
      const heal = site.station.telegram.fault('sendMessage', refusal, { times: Infinity })
      const hush = talk(site, 2)
      return () => {
        heal()
        hush()
      }
    },
  },
  {
    what: 'Telegram is away for more than a minute',
    tells: { PlatformRefuses: ['wecom', 'sms'] },
    // It is tried again after half a minute, which nothing makes shorter: what it was refused is out of a faster window by then.
    mayTell: { RepliesWait: ['wecom', 'sms'] },
    async cause({ station }) {
      const heal = station.telegram.fault('sendMessage', { status: 502, body: 'Bad Gateway' }, { times: Infinity })
      station.telegram.privateChat().say('hello')
      return async () => {
        heal()
        await station.settled()
      }
    },
  },
  {
    what: 'Feishu encrypts with another key than ours',
    tells: { SecretWrong: ['wecom', 'sms'] },
    async cause({ station: { feishu } }) {
      const body = Buffer.from(JSON.stringify({ encrypt: Buffer.alloc(64).toString('base64') }))
      const timer = setInterval(() => void feishu.deliver(body), KNOCK_EVERY_MS)
      return () => clearInterval(timer)
    },
  },
  {
    what: 'no post of Telegram reaches us',
    tells: { TelegramCannotReachUs: ['wecom', 'sms'] },
    async cause({ station }) {
      station.telegram.setFront([NOBODY])
      station.telegram.privateChat().say('hello')
      return async () => {
        station.telegram.setFront(station.of('gateway-telegram').map(({ origin }) => origin))
        await station.settled()
      }
    },
  },
  {
    what: 'somebody gives Telegram another webhook',
    tells: { TelegramWebhookLost: ['wecom', 'sms'] },
    mayTell: leavesLate,
    async cause({ station }) {
      const { telegram } = station
      const url = encodeURIComponent('https://elsewhere.test/telegram')
      const answer = await fetch(`${telegram.apiRoot}/bot${telegram.token}/setWebhook?url=${url}`)
      if (!answer.ok) throw new Error(`setWebhook: ${answer.status}`)
      return async () => {
        // As it starts, a gateway tells Telegram where it is.
        const [gateway] = station.of('gateway-telegram')
        await station.start('gateway-telegram')
        await gateway?.kill()
      }
    },
  },
]
