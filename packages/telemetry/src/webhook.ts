import type { Logger } from 'pino'
import { Gauge, type Registry } from 'prom-client'

/** `at`: seconds since 1970. */
type WebhookState = {
  isOurs: boolean
  pendingUpdates: number
  lastError: { at: number; message: string } | undefined
}

/**
 * Keeps, of each bot, what Telegram said last of its webhook, and writes a line when it fails anew or is lost. Every replica
 * is told the same: use max().
 */
export function observeWebhook(registry: Registry, log: Logger) {
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `waystation_telegram_webhook_${name}`, help, labelNames: ['bot'], registers: [registry] })
  const pending = gauge('pending_updates', 'Updates that Telegram has yet to post')
  const lastErrorAt = gauge(
    'last_error_timestamp_seconds',
    'When Telegram last failed to post one; 0: not since it was set',
  )
  const isOurs = gauge('is_ours', 'Whether Telegram posts to our address')
  let before: WebhookState = { isOurs: true, pendingUpdates: 0, lastError: undefined }

  return (bot: string, now: WebhookState): void => {
    pending.set({ bot }, now.pendingUpdates)
    lastErrorAt.set({ bot }, now.lastError?.at ?? 0)
    isOurs.set({ bot }, now.isOurs ? 1 : 0)
    // One that nothing waits for was made good.
    if (now.lastError && now.lastError.at !== before.lastError?.at && now.pendingUpdates > 0)
      log.warn({ event: 'telegram.webhook_fails', bot, pending: now.pendingUpdates, detail: now.lastError.message })
    // Not which one it is: its address may hold a secret.
    if (before.isOurs && !now.isOurs) log.error({ event: 'telegram.webhook_lost', bot })
    before = now
  }
}
