import { afterAll, beforeEach } from 'vitest'
import type { Redis } from './client.ts'
import { close, connect } from './connect.ts'
import { startTestRedis, type TestRedis } from './provide.ts'

/** A Redis for the tests of one file, empty before each of them; above them all: `const { redis } = await redisForTests()`. */
export async function redisForTests(): Promise<{ server: TestRedis; redis: Redis }> {
  const server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  beforeEach(async () => {
    await redis.flushall()
  })
  afterAll(async () => {
    await close(redis)
    await server.stop()
  })
  return { server, redis }
}
