import { z } from 'zod'

/** Where the station's Redis is, for `readEnv`. Sentinel and Cluster are not spoken yet. */
export const redisConfig = z.object({
  REDIS_URL: z.url({
    protocol: /^rediss?$/,
    hostname: /./,
    error: 'the address of a Redis: redis://user:password@host:6379, or rediss:// for TLS',
  }),
})
