import { setTimeout as sleep } from 'node:timers/promises'
import { takeCensus } from '@waystation/mailbox'
import { readBooks } from '@waystation/models'
import type { Env } from '@waystation/runtime'
import type { Command } from 'commander'
import { type Answer, asks, type Context } from '../command.ts'
import { speakerOf } from '../language.ts'
import type { Station } from '../station.ts'
import { picture } from './picture.ts'

const LOOK_EVERY_MS = 1_000

export type Sight = Awaited<ReturnType<typeof look>>

/** `waystation queues`: what waits, how long, and who works on it. */
export function addQueues(program: Command, env: Env): void {
  const say = speakerOf(env)
  const command = program
    .command('queues')
    .description(
      say({
        en: 'what waits and who works on it, drawn anew each second on a terminal',
        zh: '在等的和在做的；在终端里每秒重画',
      }),
    )
    .option('--once', say({ en: 'drawn once', zh: '只画一次' }))
  asks(command, env, queues)
}

async function queues({ station, language, redraw, signal }: Context, { once }: { once?: boolean }): Promise<Answer> {
  let sight = await look(station)
  let rate: number | undefined
  while (redraw && !once && !signal.aborted) {
    redraw(picture(sight, rate, language))
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
    const next = await look(station)
    rate = Math.max(0, next.answersToday - sight.answersToday) / ((next.at - sight.at) / 1000)
    sight = next
  }
  return { text: picture(sight, rate, language), json: sight }
}

async function look({ redis, bells, outboxBells }: Station) {
  const [inbox, outbox, dead, inboxBells, bellsOfOutbox, workers, senders, books] = await Promise.all([
    takeCensus(redis, 'inbox'),
    takeCensus(redis, 'outbox'),
    takeCensus(redis, 'dead'),
    bells.counts(),
    outboxBells.counts(),
    bells.listeners(),
    outboxBells.listeners(),
    readBooks(redis, 'day', 'day', Date.now()),
  ])
  return {
    at: Date.now(),
    inbox: { ...inbox, ...inboxBells, workers },
    outbox: { ...outbox, ...bellsOfOutbox, workers: senders },
    dead,
    answersToday: [...books.values()][0]?.answers ?? 0,
  }
}
