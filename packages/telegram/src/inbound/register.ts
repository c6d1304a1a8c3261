import { type Background, untilAvailable } from '@waystation/http'
import { z } from 'zod'
import type { BotApi } from '../api.ts'
import { allowedUpdates } from './update.ts'

/** The most that Telegram opens at once; each chat's updates come one after another all the same. */
const MAX_CONNECTIONS = 100

/** Where Telegram posts updates to. */
export const webhookUrl = (publicUrl: string): string => `${publicUrl.replace(/\/$/, '')}/webhooks/telegram`

/**
 * Tells Telegram to post updates to `<publicUrl>/webhooks/telegram`, with `secret` on each of them; asks until it can
 * be reached. Throws `Rejected` for an address that Telegram does not want.
 */
export async function registerWebhook(
  api: BotApi,
  { publicUrl, secret }: { publicUrl: string; secret: string },
  background: Background,
): Promise<void> {
  const webhook = {
    url: webhookUrl(publicUrl),
    secret_token: secret,
    allowed_updates: allowedUpdates,
    max_connections: MAX_CONNECTIONS,
  }
  const set = () => api.call('setWebhook', webhook, z.literal(true), { signal: background.signal })
  await untilAvailable('telegram.webhook_not_set', set, background)
  background.log.info({ event: 'telegram.webhook_set' })
}
