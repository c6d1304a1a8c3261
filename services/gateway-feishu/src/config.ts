import { appsOf, feishuConfig } from '@waystation/feishu/inbound'
import { safeUrl } from '@waystation/http'
import { oneRedis, redisConfig } from '@waystation/redis'
import { z } from 'zod'

export const environment = z
  .object({
    ...redisConfig.shape,
    ...feishuConfig.shape,
    /** Unset: `webhook` where `PUBLIC_URL` is set. */
    FEISHU_MODE: z.enum(['webhook', 'websocket'], 'webhook or websocket').optional(),
    PUBLIC_URL: safeUrl('where Feishu reaches this server: https://…').optional(),
    WAYSTATION_CONFIG: z.string().optional(),
  })
  .check(...oneRedis)
  .superRefine((config, context) => {
    const demand = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    const apps = appsOf(config)
    if (apps.length === 0) demand(config.FEISHU_APP_ID ? 'FEISHU_APP_SECRET' : 'FEISHU_APP_ID', 'is needed')
    const isUnchecked = apps.some(({ verificationToken, encryptKey }) => !verificationToken && !encryptKey)
    if (modeOf(config) === 'webhook' && isUnchecked)
      demand('FEISHU_ENCRYPT_KEY', 'this or FEISHU_VERIFICATION_TOKEN is needed, or anybody could post events')
  })

type Config = Pick<z.infer<typeof environment>, 'FEISHU_MODE' | 'PUBLIC_URL'>

/** How events come: posted to us, or over connections that we open. */
export const modeOf = ({ FEISHU_MODE, PUBLIC_URL }: Config): 'webhook' | 'websocket' =>
  FEISHU_MODE ?? (PUBLIC_URL === undefined ? 'websocket' : 'webhook')
