import { startTestRedis } from '@waystation/redis'
import { redisForTests } from '@waystation/redis/for-tests'
import { alertmanagerGroup, startAlerts, startProcess, startWecomRobot } from '@waystation/testing'
import { expect, test } from 'vitest'

const { server, redis } = await redisForTests()

test('only Alertmanager is heard, and only what it can have said', async () => {
  await using robot = await startWecomRobot()
  await using alerts = await startAlerts({
    redisUrl: server.url,
    receivers: { oncall: { kind: 'wecom', url: robot.url } },
  })
  const group = alertmanagerGroup()
  expect(await alerts.post('oncall', group, { authorization: '' })).toBe(401)
  expect(await alerts.post('oncall', group, { authorization: `Bearer ${alerts.token}x` })).toBe(401)
  expect(await alerts.post('oncall', group, { authorization: `Basic ${alerts.token}` })).toBe(401)
  expect(await alerts.post('nobody', group, { authorization: 'Bearer forged' })).toBe(401)
  expect(await alerts.post('nobody', group)).toBe(404)
  for (const body of [
    '',
    '{',
    '[]',
    JSON.stringify({ ...group, version: '3' }),
    JSON.stringify({ ...group, alerts: [] }),
  ])
    expect(await alerts.post('oncall', {}, { body })).toBe(400)
  expect(await alerts.post('oncall', { ...group, padding: 'x'.repeat(1024 * 1024) })).toBe(413)
  expect(await redis.keys('waystation:{alerts.*')).toEqual([])
  expect(robot.calls()).toBe(0)
  const times = { unauthenticated: 4, unknown_receiver: 1, malformed: 5, body_too_large: 1 }
  const counted = Object.keys(times).map(async reason => [reason, await alerts.rejected(reason)])
  expect(Object.fromEntries(await Promise.all(counted))).toEqual(times)
})

test('what Alertmanagers send twice is told once; what is resolved, and what comes back, is told again', async () => {
  await using robot = await startWecomRobot()
  const settings = { redisUrl: server.url, receivers: { oncall: { kind: 'wecom', url: robot.url } } }
  await using alerts = await startAlerts(settings)
  await using replica = await startAlerts(settings)
  const [first, second] = [{ instance: 'web-1' }, { instance: 'web-2' }]
  const statuses = await Promise.all([
    alerts.post('oncall', alertmanagerGroup(first, second)),
    replica.post('oncall', alertmanagerGroup(second, first)),
    alerts.post('oncall', alertmanagerGroup(first, second)),
  ])
  expect(statuses).toEqual([200, 200, 200])
  await alerts.waiting('oncall', 0)
  expect(await replica.post('oncall', alertmanagerGroup(first, second))).toBe(200)
  expect(await alerts.post('oncall', alertmanagerGroup({ ...first, status: 'resolved' }))).toBe(200)
  expect(await alerts.post('oncall', alertmanagerGroup({ ...first, startsAt: '2026-01-01T09:00:00Z' }))).toBe(200)
  await alerts.waiting('oncall', 0)
  expect(robot.messages.map(message => message.split('\n')[0])).toEqual([
    '**<font color="warning">[FIRING ×2] HighCpu</font>**',
    '**<font color="info">[RESOLVED] HighCpu (critical)</font>**',
    '**<font color="warning">[FIRING] HighCpu (critical)</font>**',
  ])
  await replica.logged(/"alert.duplicated"/)
})

test('a receiver for which a thousand notices wait takes no more', async () => {
  await using robot = await startWecomRobot()
  await using alerts = await startAlerts({
    redisUrl: server.url,
    receivers: { oncall: { kind: 'wecom', url: robot.url } },
  })
  robot.fail({ kind: 'status', status: 503, headers: { 'Retry-After': '600' } })
  for (let i = 0; i < 1000; i += 1) await alerts.post('oncall', alertmanagerGroup({ name: `Alert${i}` }))
  expect(await alerts.post('oncall', alertmanagerGroup({ name: 'OneMore' }))).toBe(503)
  expect(await alerts.post('oncall', alertmanagerGroup({ name: 'Alert7' }))).toBe(200)
}, 120_000)

test('while Redis is away Alertmanager is told to come back', async () => {
  await using other = await startTestRedis()
  await using robot = await startWecomRobot()
  await using alerts = await startAlerts({
    redisUrl: other.url,
    receivers: { oncall: { kind: 'wecom', url: robot.url } },
  })
  await other.kill()
  await alerts.logged(/redis\.unreachable/)
  expect(await alerts.post('oncall', alertmanagerGroup())).toBe(503)
  expect((await fetch(`${alerts.origin}/readyz`)).status).toBe(503)
  expect(robot.calls()).toBe(0)
})

test('what is wrong with the configuration is told in one message, without what was written', async () => {
  const start = (env: Record<string, string>) =>
    startProcess({ service: 'alerts', port: 0, env: { REDIS_URL: server.url, ...env }, onOutput() {} })
  await expect(start({})).rejects.toThrow(/ALERTS_TOKEN: at least 16 characters[\s\S]*ALERTS_RECEIVERS: JSON like/)
  const receivers = {
    a: { kind: 'wecom', url: 'http://canary.example.com/' },
    b: { kind: 'sms', url: 'https://sms.example.com/', body: { text: 'canary' }, headers: { key: 7 } },
    c: { kind: 'chat', conversation: 'telegram.1.canary' },
    d: { kind: 'chat', conversation: 'web.chat.canary' },
    e: { kind: 'chat', conversation: 'feishu.cli_1.oc_1.omt_canary' },
    f: { kind: 'chat', conversation: 'telegram.1.-1002.3' },
  }
  const wrong = start({ ALERTS_TOKEN: 'canary', ALERTS_RECEIVERS: JSON.stringify(receivers) })
  await expect(wrong).rejects.toThrow(
    /ALERTS_TOKEN: at least 16[\s\S]*wrong at a\.url, b\.headers\.key, c\.conversation, d\.conversation, e\.conversation\b/,
  )
  await expect(wrong).rejects.not.toThrow(/f\.conversation/)
  await expect(wrong).rejects.not.toThrow('canary')
})
