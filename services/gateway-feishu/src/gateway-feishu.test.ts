import { startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

const gatewayAlone = { processes: { 'gateway-feishu': 1 }, telegram: 'none', model: 'none' } as const

test('by webhook an event is taken, and an address is proved', async () => {
  await using station = await startStation({ ...gatewayAlone, feishu: {} })
  const { feishu } = station
  for (const encrypted of [true, false]) {
    const { status, body } = await feishu.challenge({ encrypted, challenge: 'abc' })
    // With an Encrypt Key nothing else is believed.
    expect([status, body]).toEqual(encrypted ? [200, '{"challenge":"abc"}'] : [401, '{}'])
  }
  feishu.p2p().say('hello')
  await vi.waitUntil(() => feishu.unfinished().events === 0)
  expect((await station.metrics()).sum('waystation_messages_received_total', { channel: 'feishu' })).toBe(1)
})

test('over the long connection an event is taken, and no webhook is open', async () => {
  await using station = await startStation({ ...gatewayAlone, feishu: { mode: 'websocket' } })
  const { feishu } = station
  feishu.p2p().say('hello')
  await vi.waitUntil(() => feishu.unfinished().events === 0)
  expect((await station.metrics()).sum('waystation_messages_received_total', { channel: 'feishu' })).toBe(1)
  const [gateway] = station.of('gateway-feishu')
  expect((await fetch(`${gateway?.origin}/webhooks/feishu`, { method: 'POST' })).status).toBe(404)
})

test('an app that Feishu refuses is named with the setting to check, shows no secret, and the others go on', async () => {
  const good = { appId: 'cli_0123456789abcdef', appSecret: 'right', verificationToken: 'token', encryptKey: 'key' }
  const wrong = { appId: 'cli_fedcba9876543210', appSecret: 'a-wrong-secret', encryptKey: 'other' }
  await using station = await startStation({
    ...gatewayAlone,
    feishu: { apps: [good, { ...wrong, appSecret: 'right' }] },
    env: { FEISHU_APPS: JSON.stringify([good, wrong]) },
  })
  await vi.waitUntil(() => station.output.includes('FEISHU_APP_SECRET'), { timeout: 10_000 })
  expect(station.output).not.toContain(wrong.appSecret)
  station.feishu.p2p().say('hello')
  await vi.waitUntil(() => station.feishu.unfinished().events === 0)
  expect((await station.metrics()).sum('waystation_messages_received_total', { channel: 'feishu' })).toBe(1)
})
