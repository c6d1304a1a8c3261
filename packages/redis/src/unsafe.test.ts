import { readEnv } from '@waystation/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { close, connect, redisConfig, startTestRedis, startTestSentinels, warnIfUnsafe } from './index.ts'

async function warningsOf(at: Parameters<typeof connect>[0]): Promise<object[]> {
  const redis = await connect(at, 'commands')
  onTestFinished(() => close(redis))
  const lines: object[] = []
  await warnIfUnsafe(redis, { warn: (line: object) => void lines.push(line) })
  return lines
}

test('of a Redis that keeps everything nothing is said', async () => {
  await using server = await startTestRedis()
  expect(await warningsOf(server.url)).toEqual([])
})

test('one that may drop what it was given is warned of, a line for each reason, with the cure', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'worker')
  onTestFinished(() => close(redis))
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
  await redis.config('SET', 'appendonly', 'no')
  expect(await warningsOf(server.url)).toEqual([
    {
      event: 'redis.unsafe',
      setting: 'maxmemory-policy',
      is: 'allkeys-lru',
      cure: expect.stringContaining('maxmemory-policy noeviction'),
    },
    { event: 'redis.unsafe', setting: 'appendonly', is: 'no', cure: expect.stringContaining('appendonly yes') },
  ])
})

test('a managed Redis that refuses CONFIG is asked all the same', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'worker')
  onTestFinished(() => close(redis))
  await redis.call('ACL', 'SETUSER', 'guest', 'on', '>secret', '~*', '&*', '+@all', '-config')
  const url = new URL(server.url)
  url.username = 'guest'
  url.password = 'secret'
  expect(await warningsOf(url.href)).toEqual([])
})

test.each([
  [0, [{ event: 'redis.unsafe', setting: 'min-replicas-to-write', is: '0', cure: expect.stringContaining('1') }]],
  [1, []],
])('a primary behind Sentinels, with min-replicas-to-write %i', async (minReplicas, warnings) => {
  await using servers = await startTestSentinels({ minReplicas })
  expect(await warningsOf(readEnv(redisConfig, servers.env))).toEqual(warnings)
})
