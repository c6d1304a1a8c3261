import { startTestSentinels } from '@waystation/redis'
import { startStation, telegramUpdate } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { gatherCrowd } from './crowd.ts'

/** Feishu's, the shortest of all platforms that post to us. */
const PATIENCE_MS = 3_000

test('a primary that dies is replaced: until then gateways say 503 at once, and then workers go on with all that was acknowledged', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    redis: startTestSentinels,
    processes: { 'gateway-telegram': 1, inference: 1, sender: 1 },
    telegram: { retryFactor: 0.2 },
    model: { durationMs: 100 },
  })
  const { telegram, redis } = station
  const crowd = gatherCrowd(telegram, 30)
  for (const failover of [1, 2]) {
    crowd.sayNext()
    crowd.sayNext()
    await vi.waitUntil(() => telegram.sent.length > failover * 20, { timeout: 30_000 })
    crowd.sayNext()
    await redis.kill()
    const before = telegram.webhookAttempts.length
    crowd.sayNext()
    const asked = telegramUpdate({ text: 'hello', chat: 42, messageId: failover })
    expect(await telegram.deliver(asked, { times: 5 })).toEqual(Array(5).fill(503))
    const attempts = telegram.webhookAttempts.slice(before).filter(({ durationMs }) => durationMs > 0)
    expect(Math.max(...attempts.map(({ durationMs }) => durationMs))).toBeLessThan(PATIENCE_MS)
    // By the other, as nobody starts the dead one yet.
    await station.settled()
    await redis.restart()
  }
  const { wrong, doubled } = crowd.tally()
  expect(wrong).toEqual([])
  const counted = (await station.metrics()).sum('waystation_parts_total', { outcome: 'doubtful' })
  expect(doubled).toBeLessThanOrEqual(counted)
  expect(telegram.texts(42)).toEqual([])
})

test('a primary that hangs, is replaced and then wakes up takes nothing that is lost, where it must have a replica', {
  timeout: 120_000,
}, async () => {
  const redis = await startTestSentinels({ minReplicas: 1 })
  await using station = await startStation({
    redis: async () => redis,
    processes: { 'gateway-telegram': 1, inference: 1, sender: 1 },
    telegram: { retryFactor: 0.2 },
    model: { durationMs: 100 },
  })
  const { telegram } = station
  const crowd = gatherCrowd(telegram, 30)
  crowd.sayNext()
  await vi.waitUntil(() => telegram.sent.length === 30, { timeout: 30_000 })
  // What a primary acknowledges in the moment in which it freezes has not left for the replica yet: that is lost.
  await station.settled()
  const hanging = await redis.hang()
  {
    using _talk = crowd.talk(300)
    // What is on its way to a primary that wakes up is taken by it, before it notices that its replica left.
    await vi.waitUntil(() => /"gateway-telegram".*"redis.unreachable".*"silent"/.test(station.output), {
      timeout: 30_000,
    })
    hanging[Symbol.dispose]()
  }
  await station.settled()
  const { wrong, doubled } = crowd.tally()
  expect(wrong).toEqual([])
  const counted = (await station.metrics()).sum('waystation_parts_total', { outcome: 'doubtful' })
  expect(doubled).toBeLessThanOrEqual(counted)
})
