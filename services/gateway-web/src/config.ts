import { oneRedis, redisConfig } from '@waystation/redis'
import { z } from 'zod'

export const webConfig = z
  .object({
    ...redisConfig.shape,
    /** Signs the cookies that name a browser's conversation. Unset: a key made once and kept in Redis. */
    WEB_SESSION_SECRET: z.string().min(32, 'at least 32 characters, such as `openssl rand -hex 32` prints').optional(),
    WAYSTATION_CONFIG: z.string().optional(),
  })
  .check(...oneRedis)
