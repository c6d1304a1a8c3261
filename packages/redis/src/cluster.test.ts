import { expect, onTestFinished, test, vi } from 'vitest'
import { close, connect, redisConfig, startTestCluster } from './index.ts'

test('a node that is away is one line in the log, with its name, and one when it is back', async () => {
  await using redis = await startTestCluster()
  const lines: object[] = []
  const log = { info: (line: object) => void lines.push(line), warn: (line: object) => void lines.push(line) }
  const cluster = await connect(redisConfig.parse(redis.env), 'commands', log)
  onTestFinished(() => close(cluster))
  const keys = Array.from({ length: 20 }, (_, index) => `key${index}`)
  const ask = () => Promise.allSettled(keys.map(key => cluster.get(key)))
  const node = new URL(redis.url).host
  expect(await ask()).not.toContainEqual(expect.objectContaining({ status: 'rejected' }))
  expect(lines).toEqual([])

  await redis.kill()
  for (const _ of [1, 2, 3]) expect(await ask()).toContainEqual(expect.objectContaining({ status: 'rejected' }))
  await redis.restart()
  await vi.waitFor(
    async () => {
      expect(await ask()).not.toContainEqual(expect.objectContaining({ status: 'rejected' }))
      expect(lines).toHaveLength(2)
    },
    { timeout: 30_000 },
  )
  expect(lines).toEqual([
    { event: 'redis.unreachable', purpose: 'commands', node, errorCode: expect.any(String) },
    { event: 'redis.reachable', purpose: 'commands', node, awayMs: expect.any(Number) },
  ])
})
