import { readEnv, VERSION } from '@waystation/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { close, connect, createPresence, redisConfig, startTestCluster, startTestRedis, whoIsThere } from './index.ts'

test.each([
  ['one Redis', startTestRedis],
  ['a Cluster', startTestCluster],
])('on %s, who has come is there until they leave', async (_, start) => {
  await using server = await start()
  const redis = await connect(readEnv(redisConfig, server.env), 'commands')
  onTestFinished(() => close(redis))
  const sender = createPresence(
    redis,
    'sender',
    { WAYSTATION_VERSION: '1.2.3', WAYSTATION_REVISION: 'abc' },
    { bots: ['web.chat'] },
  )
  const inference = createPresence(redis, 'inference', {})
  expect(await whoIsThere(redis)).toEqual([])
  sender.come()
  inference.come()
  await vi.waitUntil(async () => (await whoIsThere(redis)).length === 2)
  expect(await whoIsThere(redis)).toContainEqual({
    service: 'sender',
    version: '1.2.3',
    revision: 'abc',
    host: expect.any(String),
    pid: process.pid,
    bots: ['web.chat'],
    silentMs: expect.any(Number),
  })
  await sender.leave()
  expect(await whoIsThere(redis)).toEqual([expect.objectContaining({ service: 'inference', version: VERSION })])
  await inference.leave()
})

test('without Redis a service comes and goes without a word', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  onTestFinished(() => close(redis))
  await server.kill()
  const presence = createPresence(redis, 'sender', {})
  presence.come()
  await presence.leave()
})
