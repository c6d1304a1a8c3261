import { readEnv } from '@waystation/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { close, connect, type Purpose, redisConfig, startTestSentinels } from './index.ts'

test('when the primary dies, connections of all purposes go to the one that took over', async () => {
  await using redis = await startTestSentinels()
  const opened = async (purpose: Purpose) => {
    const connection = await connect(readEnv(redisConfig, redis.env), purpose)
    onTestFinished(() => close(connection))
    return connection
  }
  const [commands, worker, subscriber] = [await opened('commands'), await opened('worker'), await opened('subscriber')]
  const heard: string[] = []
  subscriber.on('message', (_channel, message) => heard.push(message))
  await subscriber.subscribe('news')
  await redis.kill()
  const written = worker.set('a', 'by a worker')
  await expect(commands.get('a')).rejects.toThrow()
  expect(await written).toBe('OK')
  expect(await vi.waitUntil(() => commands.get('a').catch(() => null), { timeout: 20_000 })).toBe('by a worker')
  await vi.waitFor(
    async () => {
      await commands.publish('news', 'again')
      expect(heard).toContain('again')
    },
    { timeout: 20_000 },
  )
})

test('a password that Sentinels refuse is an error at once', async () => {
  await using redis = await startTestSentinels()
  const at = readEnv(redisConfig, { ...redis.env, REDIS_SENTINEL_PASSWORD: 'wrong-secret' })
  await expect(connect(at, 'worker')).rejects.toThrow('Redis at REDIS_SENTINELS refuses the login (')
})
