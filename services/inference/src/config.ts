import { oneRedis, redisConfig } from '@waystation/redis'
import { z } from 'zod'

export const environment = z
  .object({
    ...redisConfig.shape,
    WAYSTATION_CONFIG: z.string().optional(),
    /** `off`: replies appear when they are complete, as a platform's rate limits or taste may want. */
    REPLY_STREAMING: z.enum(['on', 'off'], 'on or off').default('on'),
    /** How many turns this process works on at once; mostly they wait for a model. */
    INFERENCE_CONCURRENCY: z.coerce.number('a number').int().min(1).max(10_000).default(500),
  })
  .check(...oneRedis)
