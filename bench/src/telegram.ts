import type { TelegramSimulator } from '@waystation/testing'
import type { Ledger } from './ledger.ts'
import { marksIn } from './marks.ts'

/** The time that is measured, in ms of `performance.now()`. */
export type Window = { from: number; to: number }

/** The simulator writes down the time of day. */
const monotonic = (timeOfDay: number): number => timeOfDay - performance.timeOrigin

const within = ({ from, to }: Window, time: number): boolean => time >= from && time < to

/** How long the webhook took to answer 200, and how often it answered otherwise. */
export function acknowledgements({ webhookAttempts }: TelegramSimulator, window: Window) {
  const attempts = webhookAttempts.filter(({ at }) => within(window, monotonic(at)))
  const [accepted, refused] = [
    attempts.filter(({ status }) => status === 200),
    attempts.filter(({ status }) => status !== 200),
  ]
  return { latenciesMs: accepted.map(({ durationMs }) => durationMs), refused: refused.length }
}

/** From when each message fell due to the first text of its answer that could be read, be it in a draft. */
export function firstVisible({ drafts }: TelegramSimulator, { asked }: Ledger, window: Window): number[] {
  const draftedAt = new Map<number, number>()
  for (const { chat, text, at } of drafts)
    for (const mark of marksIn(text))
      if (asked[mark]?.chat === chat && !draftedAt.has(mark)) draftedAt.set(mark, monotonic(at))
  return asked.flatMap(({ dueAt, answeredAt = Infinity }, mark) => {
    const seenAt = Math.min(answeredAt, draftedAt.get(mark) ?? Infinity)
    return within(window, dueAt) && seenAt < Infinity ? [seenAt - dueAt] : []
  })
}
