import { Unavailable } from '@waystation/domain'
import { close, connect, startTestRedis } from '@waystation/redis'
import { expect, test } from 'vitest'
import { createReplays } from './replays.ts'

test('a request that was accepted is known to all replicas, for its app, as long as it is fresh', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  const replays = createReplays(redis)
  expect(await replays.seen('cli_1', 'abc')).toBe(false)
  await replays.remember('cli_1', 'abc')
  await replays.remember('cli_1', 'abc')
  expect(await createReplays(redis).seen('cli_1', 'abc')).toBe(true)
  expect(await replays.seen('cli_1', 'abd')).toBe(false)
  expect(await replays.seen('cli_2', 'abc')).toBe(false)

  expect(await redis.keys('*')).toEqual(['waystation:feishu:{cli_1}:request:abc'])
  const hours = (await redis.pttl('waystation:feishu:{cli_1}:request:abc')) / 3_600_000
  expect(hours).toBeGreaterThan(8)
  expect(hours).toBeLessThanOrEqual(9)
  await close(redis)
})

test('while Redis is away nobody can tell', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  const replays = createReplays(redis)
  await server.kill()
  await expect(replays.seen('cli_1', 'abc')).rejects.toThrow(Unavailable)
  await expect(replays.remember('cli_1', 'abc')).rejects.toThrow(Unavailable)
  await close(redis)
})
