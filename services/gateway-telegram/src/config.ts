import { createHmac } from 'node:crypto'
import { safeUrl } from '@waystation/http'
import { oneRedis, redisConfig } from '@waystation/redis'
import { telegramConfig } from '@waystation/telegram/inbound'
import { z } from 'zod'

export const environment = z
  .object({
    ...redisConfig.shape,
    ...telegramConfig.shape,
    TELEGRAM_BOT_TOKEN: telegramConfig.shape.TELEGRAM_BOT_TOKEN.unwrap(),
    TELEGRAM_WEBHOOK_SECRET: z
      .string()
      .regex(/^[\w-]{1,256}$/, '1 to 256 of the characters A-Z a-z 0-9 _ -')
      .optional(),
    /** Unset: `webhook` where `PUBLIC_URL` is set. */
    TELEGRAM_MODE: z.enum(['webhook', 'polling'], 'webhook or polling').optional(),
    PUBLIC_URL: safeUrl('where Telegram reaches this server: https://…, on port 443, 80, 88 or 8443').optional(),
    WAYSTATION_CONFIG: z.string().optional(),
  })
  .check(...oneRedis)
  .refine(({ TELEGRAM_MODE, PUBLIC_URL }) => TELEGRAM_MODE !== 'webhook' || PUBLIC_URL !== undefined, {
    path: ['PUBLIC_URL'],
    error: 'is needed where TELEGRAM_MODE is webhook',
  })

/** Where Telegram posts updates to; absent where we fetch them. */
export type Webhook = { publicUrl: string; secret: string }

export function webhookOf(env: z.infer<typeof environment>): Webhook | undefined {
  const { TELEGRAM_MODE, PUBLIC_URL, TELEGRAM_WEBHOOK_SECRET, TELEGRAM_BOT_TOKEN } = env
  if (TELEGRAM_MODE === 'polling' || PUBLIC_URL === undefined) return undefined
  return { publicUrl: PUBLIC_URL, secret: TELEGRAM_WEBHOOK_SECRET ?? derivedSecret(TELEGRAM_BOT_TOKEN) }
}

/** The same on every replica, and of no use to find the token. */
const derivedSecret = (token: string): string =>
  createHmac('sha256', token).update('waystation telegram webhook secret').digest('hex')
