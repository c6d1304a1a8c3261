import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode, type Received, Rejected } from '@waystation/domain'
import { type Background, pauseAfter } from '@waystation/http'
import type { Redis } from '@waystation/redis'
import { z } from 'zod'
import type { BotApi } from '../api.ts'
import type { Bot } from './bot.ts'
import { createLease } from './lease.ts'
import { parseUpdate } from './parse.ts'
import { arrivalFor } from './receiver.ts'
import { allowedUpdates } from './update.ts'

/** The longest the server honours. */
const LONG_POLL_SECONDS = 50
const TIME_LIMIT_MS = 60_000
/** How soon a replica notices that the one who polls has gone. */
const LEASE_CHECK_MS = 2_000

const updatesSchema = z.array(z.looseObject({ update_id: z.int() }))

export type Poll = Background & {
  api: BotApi
  redis: Redis
  bot: Bot
  /** Resolves once everything received is durable or refused for good. */
  accept(received: Received): Promise<unknown>
}

/**
 * Fetches updates until `signal` ends, one replica at a time, and hands them to `accept` in order. Telegram is told to
 * forget an update only after it was accepted; while that fails, it is fetched again.
 */
export async function poll({ api, redis, bot, accept, log, signal }: Poll): Promise<void> {
  const lease = createLease(redis, `waystation:telegram:{${bot.id}}:poller`)
  let offset: number | undefined
  let failures = 0

  while (!signal.aborted) {
    try {
      if (!(await lease.whileHeld(fetchAll, signal))) await sleep(LEASE_CHECK_MS, undefined, { signal })
    } catch (error) {
      if (signal.aborted) return
      failures += 1
      await pauseAfter('telegram.poll_failed', error, failures, { log, signal }).catch(() => {})
    }
  }

  async function fetchAll(held: AbortSignal): Promise<void> {
    // While a webhook is set, getUpdates answers 409.
    await api.call('deleteWebhook', { drop_pending_updates: false }, z.literal(true), { signal: held })
    log.info({ event: 'telegram.polling', bot: bot.username })
    while (!held.aborted) await fetchBatch(held)
  }

  async function fetchBatch(held: AbortSignal): Promise<void> {
    const updates = await api.call(
      'getUpdates',
      { offset, timeout: LONG_POLL_SECONDS, allowed_updates: allowedUpdates },
      updatesSchema,
      { signal: held, timeLimitMs: TIME_LIMIT_MS },
    )
    failures = 0
    // Nothing waits and all is confirmed. After a quiet week ids start anew anywhere, also below the old offset.
    if (updates.length === 0) offset = undefined
    for (const update of updates) {
      if (held.aborted) return
      await acceptOne(update)
      offset = update.update_id + 1
    }
  }

  async function acceptOne(update: unknown): Promise<void> {
    try {
      await accept(parseUpdate(update, arrivalFor(bot)))
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      await accept({ messages: [], ignored: [errorCode(error)] })
    }
  }
}
