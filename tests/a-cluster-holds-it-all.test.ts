import { startTestCluster } from '@waystation/redis'
import { startModel, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { gatherCrowd, gatherFeishuCrowd } from './crowd.ts'
import { openSession, readUntil, say } from './web-session.ts'

const price = { prompt: 1, completion: 1 }
/** What Redis says of keys that one command or script may not touch together. */
const SEVERAL_SLOTS = /CROSSSLOT|non local key|same slot/

test('on a Cluster of three nodes everybody is answered, once and in order, on all channels', {
  timeout: 120_000,
}, async () => {
  await using model = await startModel({ durationMs: 50 })
  const { baseUrl, model: name } = model
  await using station = await startStation({
    redis: startTestCluster,
    feishu: {},
    processes: { 'gateway-telegram': 1, 'gateway-feishu': 1, 'gateway-web': 1, inference: 2, sender: 1 },
    model: 'none',
    // It has places and a price, so that each question takes one, and is paid for from two accounts.
    settings: {
      models: { endpoints: [{ name: 'dear', tier: 'commercial', baseUrl, model: name, concurrency: 20, price }] },
      routing: { default: 'commercial', rules: [] },
      budgets: [
        { name: 'each', per: 'user', window: 'day', limit: 1_000_000, over: 'refuse' },
        { name: 'all', per: 'everybody', window: 'month', limit: 1_000_000, over: 'refuse' },
      ],
    },
  })
  const { telegram, feishu } = station
  const [crowd, feishuCrowd] = [gatherCrowd(telegram, 30), gatherFeishuCrowd(feishu, 10)]
  const session = await openSession(station.web)
  const answered = readUntil(session, 're: hello')
  for (let message = 0; message < 5; message += 1) {
    crowd.sayNext()
    feishuCrowd.sayNext()
    // Feishu pushes events side by side: only those that were taken before have an order.
    await vi.waitUntil(() => feishu.unfinished().events === 0, { timeout: 30_000 })
  }
  expect((await say(session, 'hello')).ok).toBe(true)
  await answered
  await station.settled()
  expect(crowd.tally()).toEqual({ wrong: [], doubled: 0 })
  expect(feishuCrowd.tally()).toEqual({ wrong: [], doubled: 0 })
  expect(station.output).not.toMatch(SEVERAL_SLOTS)
})

test.concurrent.each([
  { replicas: true, which: 'whose replica takes over' },
  { replicas: false, which: 'that only a restart brings back' },
])(
  'a node dies under load, $which: nothing that was acknowledged is lost or out of order',
  {
    timeout: 120_000,
  },
  async ({ replicas }) => {
    await using station = await startStation({
      redis: () => startTestCluster({ replicas }),
      processes: { 'gateway-telegram': 1, inference: 2, sender: 1 },
      telegram: { retryFactor: 0.2 },
      model: { durationMs: 100 },
    })
    const { telegram, redis } = station
    const crowd = gatherCrowd(telegram, 30)
    {
      using _ = crowd.talk(200)
      await vi.waitUntil(() => telegram.sent.length > 30, { timeout: 30_000 })
      await redis.kill()
      const before = telegram.webhookAttempts.length
      // Some of them are for the node that died.
      await vi.waitUntil(() => telegram.webhookAttempts.slice(before).some(({ status }) => status === 503), {
        timeout: 30_000,
      })
      await redis.restart()
    }
    await station.settled()
    const { wrong, doubled } = crowd.tally()
    expect(wrong).toEqual([])
    const counted = (await station.metrics()).sum('waystation_parts_total', { outcome: 'doubtful' })
    expect(doubled).toBeLessThanOrEqual(counted)
    expect(station.output).not.toMatch(SEVERAL_SLOTS)
    expect(station.output).toMatch(/"redis.unreachable".*"node":"127.0.0.1:\d+"/)
  },
)
