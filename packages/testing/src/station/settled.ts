import { setTimeout as sleep } from 'node:timers/promises'
import { takeCensus } from '@waystation/mailbox'
import type { Redis } from '@waystation/redis'
import type { FeishuSimulator } from '../feishu/simulator.ts'
import type { ModelSimulator } from '../model/simulator.ts'
import type { TelegramSimulator } from '../telegram/simulator.ts'

const LOOK_EVERY_MS = 25

type Station = {
  redis: Redis
  telegram: TelegramSimulator | undefined
  feishu: FeishuSimulator | undefined
  model: ModelSimulator | undefined
}

/** Resolves when nothing waits anywhere; rejects after `withinMs` with what still does. */
export async function untilSettled(station: Station, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const waiting = await whatWaits(station).catch((error: Error) => [`Redis does not answer: ${error.message}`])
    if (waiting.length === 0) return
    if (Date.now() > deadline) throw new Error(`not settled after ${withinMs} ms: ${waiting.join(', ')}`)
    await sleep(LOOK_EVERY_MS)
  }
}

/**
 * In the order in which a message moves, so that none slips through between two looks. Bells are not asked for: one that
 * a killed worker held counts as rung for seconds, though there is nothing left to do.
 */
async function whatWaits({ redis, telegram, feishu, model }: Station): Promise<string[]> {
  const { updates = 0, calls = 0 } = telegram?.unfinished() ?? {}
  const { events = 0, calls: feishuCalls = 0 } = feishu?.unfinished() ?? {}
  const inbox = await takeCensus(redis, 'inbox')
  const answers = model?.active() ?? 0
  const outbox = await takeCensus(redis, 'outbox')
  const counts = {
    'updates not taken': updates,
    'events not taken': events,
    'messages in inboxes': inbox.items,
    'requests to the model': answers,
    'replies in outboxes': outbox.items,
    'calls to Telegram': calls,
    'calls to Feishu': feishuCalls,
  }
  return Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []))
}
