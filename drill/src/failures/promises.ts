import type { Failure } from '../failure.ts'
import { AT_ONCE, type Site } from '../site.ts'

/** Who comes third waits more than the 2 s that are promised. */
const ANSWER_MS = 1_050
const BURST_EVERY_MS = 6_000

export const promiseFailures: Failure[] = [
  {
    what: 'one message in five is taken late',
    tells: { PromiseBreaksFast: ['wecom', 'sms'] },
    cause: site => answerInBursts(site, 2.5 * AT_ONCE),
  },
  // After the other, for what six hours remember of this one would be told before the other is.
  {
    what: 'one message in eleven is taken late',
    tells: { PromiseBreaksSlowly: ['wecom'] },
    cause: site => answerInBursts(site, 2.2 * AT_ONCE),
  },
]

/** So many people ask at the same moment, again and again, and the one worker answers `AT_ONCE`. */
async function answerInBursts({ station }: Site, people: number) {
  const { model, telegram } = station
  const usual = { ...model.manner }
  Object.assign(model.manner, { firstTokenMs: ANSWER_MS, durationMs: ANSWER_MS })
  const chats = Array.from({ length: people }, () => telegram.privateChat())
  const timer = setInterval(() => {
    for (const chat of chats) chat.say('hello')
  }, BURST_EVERY_MS)
  return async () => {
    clearInterval(timer)
    Object.assign(model.manner, usual)
    await station.settled()
  }
}
