import { feishuConfig } from '@waystation/feishu/outbound'
import { oneRedis, redisConfig } from '@waystation/redis'
import { telegramConfig } from '@waystation/telegram/outbound'
import { z } from 'zod'

export const environment = z
  .object({
    ...redisConfig.shape,
    ...telegramConfig.shape,
    ...feishuConfig.shape,
    /** How many conversations this process delivers to at once; mostly they wait for the platform. */
    SENDER_CONCURRENCY: z.coerce.number('a number').int().min(1).max(10_000).default(200),
  })
  .check(...oneRedis)

export type Environment = z.infer<typeof environment>
