import { setTimeout as sleep } from 'node:timers/promises'
import type { Failure } from '../failure.ts'
import type { Site } from '../site.ts'
import { talk } from '../talk.ts'

/** Longer than anything may wait, which is 60 s. */
const TOO_LONG_MS = 75_000
const LOOK_EVERY_MS = 500

export const messageFailures: Failure[] = [
  {
    what: 'Telegram takes each message 4 s late',
    tells: { AnswersSlow: ['wecom'] },
    async cause(site) {
      const heal = site.station.telegram.fault('sendMessage', { delayMs: 4_000, when: 'before' }, { times: Infinity })
      const hush = talk(site, 2)
      return () => {
        heal()
        hush()
      }
    },
  },
  {
    what: 'the model refuses every question',
    tells: { ErrorsMany: ['ticket'], DeadLettersGrow: ['wecom'] },
    async cause(site) {
      const heal = site.station.model.fault({ kind: 'status', status: 400 }, { times: Infinity })
      const hush = talk(site, 2)
      return () => {
        heal()
        hush()
      }
    },
  },
  {
    what: 'a model writes for more than a minute',
    tells: { QuestionsWait: ['wecom', 'sms'] },
    async cause({ station }) {
      const slow = { kind: 'manner', firstTokenMs: 1_000, durationMs: TOO_LONG_MS, chunks: 100 } as const
      station.model.fault(slow)
      station.telegram.privateChat().say('a long story')
      return () => station.settled(2 * TOO_LONG_MS)
    },
  },
  {
    what: 'Telegram wants to be left alone for more than a minute',
    tells: { RepliesWait: ['wecom', 'sms'] },
    async cause({ station }) {
      const parameters = { retry_after: TOO_LONG_MS / 1_000 }
      station.telegram.fault('sendMessage', { status: 429, parameters })
      station.telegram.privateChat().say('hello')
      return () => station.settled(2 * TOO_LONG_MS)
    },
  },
  {
    what: 'somebody blocks the bot before it has answered',
    tells: { DeadLettersGrow: ['wecom'] },
    cause: losesAnAnswer,
  },
  {
    what: 'somebody blocks the bot by night',
    tells: {},
    keepsQuiet: ['DeadLettersGrow'],
    async cause(site) {
      await site.setNight('always')
      const mend = await losesAnAnswer(site)
      return async () => {
        await mend()
        // What still fires in the morning is told then.
        const fires = async () => (await site.prometheus.query('ALERTS{alertname="DeadLettersGrow"}')).length > 0
        while (await fires()) await sleep(LOOK_EVERY_MS)
        await site.setNight('never')
      }
    },
  },
]

async function losesAnAnswer({ station }: Site) {
  const chat = station.telegram.privateChat()
  chat.shut()
  chat.say('hello')
  return () => station.settled()
}
