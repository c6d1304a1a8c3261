import { setTimeout as sleep } from 'node:timers/promises'
import { type Background, type CallOptions, pauseAfter } from '@waystation/http'
import { z } from 'zod'
import type { BotApi } from '../api.ts'
import { webhookUrl } from './register.ts'

/** Telegram tries again after two minutes at the latest: a failure that goes on is a newer one at every other look. */
const LOOK_EVERY_MS = 60_000

const infoSchema = z.object({
  /** Empty where none is set. */
  url: z.string(),
  pending_update_count: z.int(),
  /** Stays after a success, and is gone once another webhook is set. */
  last_error_date: z.int().optional(),
  last_error_message: z.string().optional(),
})

/** What Telegram says of the webhook. */
export type WebhookState = {
  /** Updates are posted to our address. */
  isOurs: boolean
  pendingUpdates: number
  /** `at`: seconds since 1970. */
  lastError: { at: number; message: string } | undefined
}

export type Watch = Background & {
  api: BotApi
  publicUrl: string
  report(state: WebhookState): void
  everyMs?: number
}

/** Reports every minute what Telegram says of the webhook, until `signal` ends; asks sooner while it does not say. */
export async function watchWebhook({ api, publicUrl, report, everyMs = LOOK_EVERY_MS, ...background }: Watch) {
  const { signal } = background
  for (let failures = 0; ; ) {
    try {
      report(await look())
      failures = 0
      await sleep(everyMs, undefined, { signal })
    } catch (error) {
      signal.throwIfAborted()
      failures += 1
      await pauseAfter('telegram.webhook_unknown', error, failures, background)
    }
  }

  async function look(): Promise<WebhookState> {
    const { url, ...state } = await readWebhook(api, { signal })
    return { ...state, isOurs: url === webhookUrl(publicUrl) }
  }
}

/** As it is now; `url` is empty where none is set. Throws as `BotApi` says. */
export async function readWebhook(
  api: BotApi,
  options: CallOptions = {},
): Promise<Omit<WebhookState, 'isOurs'> & { url: string }> {
  const info = await api.call('getWebhookInfo', {}, infoSchema, options)
  const { url, pending_update_count: pendingUpdates, last_error_date: at, last_error_message: message = '' } = info
  return { url, pendingUpdates, lastError: at === undefined ? undefined : { at, message } }
}
