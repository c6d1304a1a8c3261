import { redisForTests } from '@waystation/redis/for-tests'
import {
  alertmanagerGroup,
  startAlerts,
  startFeishuRobot,
  startSmsGateway,
  startTicketSystem,
  startWecomRobot,
} from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { createBox } from './box/box.ts'
import { readNotice } from './notice.ts'

const WITHIN = { timeout: 45_000, interval: 50 }

const { server, redis } = await redisForTests()

test('a receiver that is away for a while gets each notice once, in order', async () => {
  await using robot = await startWecomRobot()
  await using alerts = await startAlerts({
    redisUrl: server.url,
    receivers: { oncall: { kind: 'wecom', url: robot.url } },
  })
  const recover = robot.fail({ kind: 'status', status: 503 }, { times: Number.POSITIVE_INFINITY })
  for (const name of ['First', 'Second', 'Third']) await alerts.post('oncall', alertmanagerGroup({ name }))
  await vi.waitFor(() => expect(robot.calls()).toBe(2), WITHIN)
  await alerts.post('oncall', alertmanagerGroup({ name: 'First' }))
  recover()
  await alerts.waiting('oncall', 0)
  expect(robot.messages.map(message => /FIRING\] (\w+)/.exec(message)?.[1])).toEqual(['First', 'Second', 'Third'])
  await alerts.counted('oncall', 'doubtful', 0)
})

test('the time that a receiver asks for is waited out', async () => {
  await using sms = await startSmsGateway()
  await using robot = await startWecomRobot()
  await using feishu = await startFeishuRobot()
  await using alerts = await startAlerts({
    redisUrl: server.url,
    receivers: {
      sms: {
        kind: 'sms',
        url: sms.url,
        headers: { authorization: 'Bearer sms-key' },
        body: { to: ['1'], text: '{{text}}' },
        expect: { code: 'OK' },
      },
      wecom: { kind: 'wecom', url: robot.url },
      feishu: { kind: 'feishu', url: feishu.url },
    },
  })
  sms.fail({ kind: 'status', status: 429, headers: { 'Retry-After': '2' } })
  sms.fail({ kind: 'answer', body: { code: 'BUSY' } })
  robot.fail({ kind: 'answer', body: { errcode: 45009, errmsg: 'api freq out of limit' } })
  feishu.fail({ kind: 'answer', body: { code: 11232, msg: 'frequency limited' } })
  for (const receiver of ['sms', 'wecom', 'feishu']) await alerts.post(receiver, alertmanagerGroup())
  for (const [receiver, afterMs] of Object.entries({ sms: 2_000, wecom: 60_000, feishu: 10_000 }))
    await alerts.logged(new RegExp(`"alert.put_off","receiver":"${receiver}".*"afterMs":${afterMs},`))
  // Another notice does not end a pause.
  await alerts.post('wecom', alertmanagerGroup({ name: 'Other' }))
  await alerts.waiting('sms', 0)
  expect(robot.calls()).toBe(1)
  for (const receiver of ['wecom', 'feishu']) await alerts.endPause(receiver)
  for (const receiver of ['wecom', 'feishu']) await alerts.waiting(receiver, 0)
  expect([sms.messages.length, robot.messages.length, feishu.messages.length]).toEqual([1, 2, 1])
}, 60_000)

test("a receiver's limits are kept, so that it never has to refuse", async () => {
  await using robot = await startWecomRobot()
  await using feishu = await startFeishuRobot()
  await using alerts = await startAlerts({
    redisUrl: server.url,
    receivers: {
      wecom: { kind: 'wecom', url: robot.url },
      feishu: { kind: 'feishu', url: feishu.url },
    },
  })
  const names = Array.from({ length: 23 }, (_, i) => `Alert${i}`)
  for (const name of names) {
    await alerts.post('wecom', alertmanagerGroup({ name }))
    await alerts.post('feishu', alertmanagerGroup({ name }))
  }
  await alerts.waiting('feishu', 0)
  expect([feishu.calls(), feishu.messages.length]).toEqual([23, 23])
  await vi.waitFor(() => expect(robot.messages).toHaveLength(20), WITHIN)
  await alerts.counted('wecom', 'delivered', 20)
  const attempts = async () => Number(await redis.hget('waystation:{alerts.wecom}:delivery', 'attempt'))
  const before = await attempts()
  await alerts.endPause('wecom')
  await vi.waitFor(async () => expect(await attempts()).toBeGreaterThan(before), WITHIN)
  expect(await alerts.get('/metrics')).toContain('waystation_alert_notices_depth{receiver="wecom"} 3')
  await alerts.counted('wecom', 'put_off', 0)
  expect(robot.calls()).toBe(20)
})

test('a process that dies between two tries loses nothing, and another goes on', async () => {
  await using robot = await startWecomRobot()
  const receivers = { oncall: { kind: 'wecom', url: robot.url } }
  await using first = await startAlerts({ redisUrl: server.url, receivers })
  robot.fail({ kind: 'status', status: 503, headers: { 'Retry-After': '1' } })
  expect(await first.post('oncall', alertmanagerGroup())).toBe(200)
  await first.logged(/alert\.put_off/)
  await first.kill()
  await using second = await startAlerts({ redisUrl: server.url, receivers })
  await second.waiting('oncall', 0)
  expect(robot.messages).toHaveLength(1)
  await second.counted('oncall', 'doubtful', 0)
}, 90_000)

test('a process that dies while it sends leaves a doubt: the notice is sent again, and that is counted', async () => {
  await using robot = await startWecomRobot()
  const receivers = { oncall: { kind: 'wecom', url: robot.url } }
  await using first = await startAlerts({ redisUrl: server.url, receivers })
  robot.fail({ kind: 'silent' })
  expect(await first.post('oncall', alertmanagerGroup())).toBe(200)
  await vi.waitFor(() => expect(robot.messages).toHaveLength(1), WITHIN)
  await first.kill()
  await using second = await startAlerts({ redisUrl: server.url, receivers })
  await second.waiting('oncall', 0)
  expect(robot.messages).toHaveLength(2)
  await second.counted('oncall', 'doubtful', 1)
}, 90_000)

test('a ticket system that knows our ids has one ticket, though its answer was lost', async () => {
  await using tickets = await startTicketSystem()
  await using alerts = await startAlerts({
    redisUrl: server.url,
    receivers: {
      ticket: {
        kind: 'ticket',
        url: tickets.url,
        headers: { 'x-api-key': 'ticket-key' },
        body: { externalId: '{{id}}', title: '{{title}}', description: '{{text}}' },
      },
    },
  })
  tickets.fail({ kind: 'lost' })
  await alerts.post('ticket', alertmanagerGroup())
  await alerts.waiting('ticket', 0)
  await alerts.counted('ticket', 'doubtful', 1)
  expect([tickets.calls(), tickets.tickets.size]).toEqual([2, 1])
})

test('what could not be told for a day is given up, though nobody rang for it', async () => {
  await using robot = await startWecomRobot()
  const body = Buffer.from(JSON.stringify(alertmanagerGroup()))
  await createBox(redis).post('oncall', readNotice(body, Date.now() - 25 * 60 * 60 * 1000))
  await using alerts = await startAlerts({
    redisUrl: server.url,
    receivers: { oncall: { kind: 'wecom', url: robot.url } },
  })
  await alerts.waiting('oncall', 0)
  await alerts.logged(/"errorCode":"too_old"/)
  await alerts.counted('oncall', 'died', 1)
  expect(robot.calls()).toBe(0)
})

test('what is no notice of ours is given up, and holds up nothing', async () => {
  await using robot = await startWecomRobot()
  await redis.hset('waystation:{alerts.oncall}:notices', { strange: '{}' })
  await redis.rpush('waystation:{alerts.oncall}:waiting', 'strange', 'lost')
  await using alerts = await startAlerts({
    redisUrl: server.url,
    receivers: { oncall: { kind: 'wecom', url: robot.url } },
  })
  await alerts.post('oncall', alertmanagerGroup())
  await alerts.waiting('oncall', 0)
  expect(robot.messages).toHaveLength(1)
  await alerts.counted('oncall', 'died', 2)
  await alerts.logged(/"alert.died","receiver":"oncall","noticeId":"strange","errorCode":"unreadable"/)
})
