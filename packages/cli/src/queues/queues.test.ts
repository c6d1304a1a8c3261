import { callWaystation, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

test('what waits is told, and who is there to work on it', async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 2, sender: 1 },
    model: { durationMs: 60_000 },
  })
  const ask = async () => JSON.parse((await callWaystation(station.redis.env, 'queues', '--json')).stdout)
  expect(await ask()).toMatchObject({
    inbox: { items: 0, active: 0, workers: 2 },
    outbox: { items: 0, workers: 1 },
    dead: { items: 0 },
    answersToday: 0,
  })
  for (let chat = 0; chat < 3; chat += 1) station.telegram.privateChat().say('hi')
  await vi.waitUntil(() => station.model.requests.length === 3, { timeout: 30_000 })
  expect(await ask()).toMatchObject({ inbox: { items: 3, conversations: 3, active: 3, oldestAt: expect.any(Number) } })
  const { stdout } = await callWaystation(station.redis.env, 'queues')
  expect(stdout).toMatch(/^inbox +3 +3 +\d+s +3 +0 +0 +2 +###$/m)
})
