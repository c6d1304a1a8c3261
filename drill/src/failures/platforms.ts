import type { Failure } from '../failure.ts'
import { talk } from '../talk.ts'

const KNOCK_EVERY_MS = 500

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
    what: 'Feishu encrypts with another key than ours',
    tells: { SecretWrong: ['wecom', 'sms'] },
    async cause({ station: { feishu } }) {
      const body = Buffer.from(JSON.stringify({ encrypt: Buffer.alloc(64).toString('base64') }))
      const timer = setInterval(() => void feishu.deliver(body), KNOCK_EVERY_MS)
      return () => clearInterval(timer)
    },
  },
]
