import { createBells } from '@waystation/mailbox'
import { close, connect, type Redis, startTestRedis, type TestRedis } from '@waystation/redis'
import {
  alertmanagerGroup,
  startAliyunSms,
  startFeishuRobot,
  startProcess,
  startSmsGateway,
  startTencentSms,
  startTicketSystem,
  startWecomRobot,
} from '@waystation/testing'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createBox } from './box/box.ts'
import { readNotice } from './notice.ts'

const token = 'canary-token-of-alertmanager'
const WITHIN = { timeout: 45_000, interval: 50 }

let server: TestRedis
let redis: Redis
beforeAll(async () => {
  server = await startTestRedis()
  redis = await connect(server.url, 'worker')
})
afterAll(async () => {
  await close(redis)
  await server[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await redis.flushall()
})

type Authorized = { authorization?: string; body?: string }

/** The service as a process of its own, at `LOG_LEVEL=trace`. */
async function startAlerts(receivers: object, { redisUrl = server.url } = {}) {
  let output = ''
  const process = await startProcess({
    service: 'alerts',
    port: 0,
    env: {
      REDIS_URL: redisUrl,
      LOG_LEVEL: 'trace',
      ALERTS_TOKEN: token,
      ALERTS_RECEIVERS: JSON.stringify(receivers),
    },
    onOutput: text => {
      output += text
    },
  })
  onTestFinished(async () => {
    await process.kill()
  })
  const get = async (path: string) => (await fetch(process.origin + path)).text()
  return {
    ...process,
    output: () => output,
    get,
    logged: (what: RegExp | string) => vi.waitFor(() => expect(output).toMatch(what), WITHIN),
    /** Waits until notices had this outcome so often, by this process: it is told after the box is empty. */
    counted: (receiver: string, outcome: string, times: number) =>
      vi.waitFor(async () => {
        const line = `waystation_alert_notices_total{receiver="${receiver}",outcome="${outcome}"} `
        expect(Number((await get('/metrics')).split(line)[1]?.split('\n')[0] ?? 0)).toBe(times)
      }, WITHIN),
    async post(receiver: string, group: object, { authorization = `Bearer ${token}`, body }: Authorized = {}) {
      const headers = { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) }
      const answer = await fetch(`${process.origin}/alerts/${receiver}`, {
        method: 'POST',
        headers,
        body: body ?? JSON.stringify(group),
      })
      await answer.text()
      return answer.status
    },
  }
}

/** Waits until nothing waits for this receiver. */
const empty = (receiver: string) =>
  vi.waitFor(async () => expect(await createBox(redis).census(receiver)).toEqual({ items: 0 }), WITHIN)

/** Ends the pause that the receiver is in, as if its time were over. */
async function endPause(receiver: string): Promise<void> {
  // It is told in the log a moment before it begins.
  await vi.waitFor(async () => expect(await redis.llen('waystation:{alerts}:bells:active')).toBe(0), WITHIN)
  const bells = createBells<string>('alerts', redis)
  await bells.ring(receiver, { hurry: true })
  await bells.close()
}

test('only Alertmanager is heard, and only what it can have said', async () => {
  await using robot = await startWecomRobot()
  const alerts = await startAlerts({ oncall: { kind: 'wecom', url: robot.url } })
  const group = alertmanagerGroup()
  expect(await alerts.post('oncall', group, { authorization: '' })).toBe(401)
  expect(await alerts.post('oncall', group, { authorization: `Bearer ${token}x` })).toBe(401)
  expect(await alerts.post('oncall', group, { authorization: `Basic ${token}` })).toBe(401)
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
  const metrics = await alerts.get('/metrics')
  for (const [reason, times] of Object.entries({
    unauthenticated: 4,
    unknown_receiver: 1,
    malformed: 5,
    body_too_large: 1,
  }))
    expect(metrics).toContain(`waystation_alert_requests_rejected_total{reason="${reason}"} ${times}`)
})

test('what Alertmanagers send twice is told once; what is resolved, and what comes back, is told again', async () => {
  await using robot = await startWecomRobot()
  const alerts = await startAlerts({ oncall: { kind: 'wecom', url: robot.url } })
  const [first, second] = [{ instance: 'web-1' }, { instance: 'web-2' }]
  const statuses = await Promise.all([
    alerts.post('oncall', alertmanagerGroup(first, second)),
    alerts.post('oncall', alertmanagerGroup(second, first)),
    alerts.post('oncall', alertmanagerGroup(first, second)),
  ])
  expect(statuses).toEqual([200, 200, 200])
  await empty('oncall')
  expect(await alerts.post('oncall', alertmanagerGroup(first, second))).toBe(200)
  expect(await alerts.post('oncall', alertmanagerGroup({ ...first, status: 'resolved' }))).toBe(200)
  expect(await alerts.post('oncall', alertmanagerGroup({ ...first, startsAt: '2026-01-01T09:00:00Z' }))).toBe(200)
  await empty('oncall')
  expect(robot.messages.map(message => message.split('\n')[0])).toEqual([
    '**<font color="warning">[FIRING ×2] HighCpu</font>**',
    '**<font color="info">[RESOLVED] HighCpu (critical)</font>**',
    '**<font color="warning">[FIRING] HighCpu (critical)</font>**',
  ])
  await alerts.counted('oncall', 'duplicated', 3)
  await alerts.counted('oncall', 'delivered', 3)
})

test('each receiver is told in its own way, and no secret is in what the process prints or measures', async () => {
  await using wecom = await startWecomRobot({ key: 'canary-wecom' })
  await using feishu = await startFeishuRobot({ token: 'canary-feishu', secret: 'canary-signature' })
  await using sms = await startSmsGateway({ key: 'canary-sms' })
  await using tickets = await startTicketSystem({ key: 'canary-ticket' })
  const alerts = await startAlerts({
    wecom: { kind: 'wecom', url: wecom.url },
    revoked: { kind: 'wecom', url: `${wecom.url}-revoked` },
    away: { kind: 'wecom', url: 'http://127.0.0.1:9/cgi-bin/webhook/send?key=canary-away' },
    feishu: { kind: 'feishu', url: feishu.url, secret: 'canary-signature' },
    unsigned: { kind: 'feishu', url: feishu.url },
    sms: {
      kind: 'sms',
      url: sms.url,
      headers: { authorization: 'Bearer canary-sms' },
      body: { to: ['+8613800000000'], text: '{{text}}' },
      expect: { code: 'OK' },
    },
    locked: { kind: 'sms', url: sms.url, headers: { authorization: 'Bearer canary-old' }, body: { text: '{{text}}' } },
    ticket: {
      kind: 'ticket',
      url: tickets.url,
      headers: { 'x-api-key': 'canary-ticket' },
      body: { externalId: '{{group}}', title: '{{title}}', description: '{{text}}\n{{status}} {{id}} {{other}}' },
    },
  })
  const group = alertmanagerGroup({ annotations: { summary: '<@all> load < 9 {{id}} canary-summary' } })
  for (const receiver of ['wecom', 'revoked', 'away', 'feishu', 'unsigned', 'sms', 'locked', 'ticket'])
    expect(await alerts.post(receiver, group)).toBe(200)
  for (const receiver of ['wecom', 'revoked', 'feishu', 'unsigned', 'sms', 'locked', 'ticket']) await empty(receiver)
  await alerts.logged('away: not reached (ECONNREFUSED)')
  expect(wecom.messages).toEqual([
    expect.stringContaining('● ＜@all> load ＜ 9 {{id}} canary-summary\ninstance=web-1\n'),
  ])
  expect(feishu.messages).toEqual([
    { colour: 'red', title: '[FIRING] HighCpu (critical)', text: expect.stringContaining('● <@all> load < 9') },
  ])
  expect(sms.messages).toEqual([
    {
      to: ['+8613800000000'],
      text: expect.stringMatching(/^\[FIRING\] HighCpu \(critical\) ● <@all> load < 9 [^\n]+$/),
    },
  ])
  const [[externalId, ticket] = []] = tickets.tickets
  expect(externalId).toMatch(/^[\da-f]{32}$/)
  expect(ticket?.description).toMatch(/● <@all> load < 9 \{\{id\}\}[\s\S]*\nfiring [\da-f]{32} \{\{other\}\}$/)
  for (const [receiver, reason] of [
    ['revoked', 'wecom_93000'],
    ['unsigned', 'feishu_19021'],
    ['locked', 'http_401'],
  ] as const) {
    await alerts.counted(receiver, 'died', 1)
    await alerts.logged(new RegExp(`"event":"alert.died","receiver":"${receiver}".*"errorCode":"${reason}"`))
  }
  await alerts.post('wecom', group, { authorization: 'Bearer canary-forged' })
  await alerts.logged('alert.delivered')
  const shown = [alerts.output(), await alerts.get('/metrics'), await alerts.get('/readyz')].join('\n')
  expect(shown).not.toContain('canary')
})

test('both clouds send an SMS that is signed as they want it, and wait when they are asked to', async () => {
  await using aliyun = await startAliyunSms({ accessKeySecret: 'canary-aliyun' })
  await using tencent = await startTencentSms({ secretKey: 'canary-tencent' })
  const atAliyun = {
    kind: 'aliyun',
    url: aliyun.url,
    accessKeyId: 'id',
    accessKeySecret: 'canary-aliyun',
    signName: '驿站',
    to: '13800000000',
    templateCode: 'SMS_1',
    params: { title: "{{title}}'s *!()", text: '{{text}}' },
  }
  const atTencent = {
    kind: 'tencent',
    url: tencent.url,
    secretId: 'id',
    secretKey: 'canary-tencent',
    signName: '驿站',
    to: '+8613800000000',
    sdkAppId: '1400000000',
    templateId: '1',
    params: ['{{status}}', '{{text}}'],
  }
  const alerts = await startAlerts({
    aliyun: atAliyun,
    tencent: atTencent,
    stale: { ...atAliyun, accessKeySecret: 'canary-old' },
    forged: { ...atTencent, secretKey: 'canary-old' },
  })
  aliyun.fail({ kind: 'answer', body: { Code: 'isv.BUSINESS_LIMIT_CONTROL' } })
  tencent.fail({
    kind: 'answer',
    body: { Response: { SendStatusSet: [{ Code: 'LimitExceeded.PhoneNumberThirtySecondLimit' }] } },
  })
  for (const receiver of ['aliyun', 'tencent']) {
    await alerts.post(receiver, alertmanagerGroup({ annotations: { summary: '处理器 85 % & more' } }))
    await alerts.logged(new RegExp(`"alert.put_off","receiver":"${receiver}".*"afterMs":60000,`))
    await endPause(receiver)
  }
  for (const receiver of ['stale', 'forged']) await alerts.post(receiver, alertmanagerGroup())
  for (const receiver of ['aliyun', 'tencent', 'stale', 'forged']) await empty(receiver)
  const text = expect.stringMatching(/^\[FIRING\] HighCpu \(critical\) ● 处理器 85 % & more instance=web-1 since/)
  expect(aliyun.messages).toEqual([
    { to: '13800000000', params: { title: "[FIRING] HighCpu (critical)'s *!()", text } },
  ])
  expect(tencent.messages).toEqual([{ to: '+8613800000000', params: ['firing', text] }])
  await alerts.logged('"errorCode":"aliyun_SignatureDoesNotMatch"')
  await alerts.logged('"errorCode":"tencent_AuthFailure.SignatureFailure"')
  expect(alerts.output()).not.toMatch(/canary|138000/)
})

test('a receiver that is away for a while gets each notice once, in order', async () => {
  await using robot = await startWecomRobot()
  const alerts = await startAlerts({ oncall: { kind: 'wecom', url: robot.url } })
  const recover = robot.fail({ kind: 'status', status: 503 }, { times: Number.POSITIVE_INFINITY })
  for (const name of ['First', 'Second', 'Third']) await alerts.post('oncall', alertmanagerGroup({ name }))
  await vi.waitFor(() => expect(robot.calls()).toBe(2), WITHIN)
  await alerts.post('oncall', alertmanagerGroup({ name: 'First' }))
  recover()
  await empty('oncall')
  expect(robot.messages.map(message => /FIRING\] (\w+)/.exec(message)?.[1])).toEqual(['First', 'Second', 'Third'])
  await alerts.counted('oncall', 'doubtful', 0)
})

test('the time that a receiver asks for is waited out', async () => {
  await using sms = await startSmsGateway()
  await using robot = await startWecomRobot()
  await using feishu = await startFeishuRobot()
  const alerts = await startAlerts({
    sms: {
      kind: 'sms',
      url: sms.url,
      headers: { authorization: 'Bearer sms-key' },
      body: { to: ['1'], text: '{{text}}' },
      expect: { code: 'OK' },
    },
    wecom: { kind: 'wecom', url: robot.url },
    feishu: { kind: 'feishu', url: feishu.url },
  })
  sms.fail({ kind: 'status', status: 429, headers: { 'Retry-After': '2' } })
  sms.fail({ kind: 'answer', body: { code: 'BUSY' } })
  robot.fail({ kind: 'answer', body: { errcode: 45009, errmsg: 'api freq out of limit' } })
  feishu.fail({ kind: 'answer', body: { code: 11232, msg: 'frequency limited' } })
  for (const receiver of ['sms', 'wecom', 'feishu']) await alerts.post(receiver, alertmanagerGroup())
  for (const [receiver, afterMs] of Object.entries({ sms: 2_000, wecom: 60_000, feishu: 10_000 }))
    await vi.waitFor(
      () =>
        expect(alerts.output()).toMatch(new RegExp(`"alert.put_off","receiver":"${receiver}".*"afterMs":${afterMs},`)),
      WITHIN,
    )
  await empty('sms')
  // Another notice does not end a pause.
  await alerts.post('wecom', alertmanagerGroup({ name: 'Other' }))
  expect(robot.calls()).toBe(1)
  for (const receiver of ['wecom', 'feishu']) await endPause(receiver)
  for (const receiver of ['wecom', 'feishu']) await empty(receiver)
  expect([sms.messages.length, robot.messages.length, feishu.messages.length]).toEqual([1, 2, 1])
}, 60_000)

test("a receiver's limits are kept, so that it never has to refuse", async () => {
  await using robot = await startWecomRobot()
  await using feishu = await startFeishuRobot()
  const alerts = await startAlerts({
    wecom: { kind: 'wecom', url: robot.url },
    feishu: { kind: 'feishu', url: feishu.url },
  })
  const names = Array.from({ length: 23 }, (_, i) => `Alert${i}`)
  for (const name of names) {
    await alerts.post('wecom', alertmanagerGroup({ name }))
    await alerts.post('feishu', alertmanagerGroup({ name }))
  }
  await empty('feishu')
  expect([feishu.calls(), feishu.messages.length]).toEqual([23, 23])
  await vi.waitFor(() => expect(robot.messages).toHaveLength(20), WITHIN)
  await alerts.counted('wecom', 'delivered', 20)
  const attempts = async () => Number(await redis.hget('waystation:{alerts.wecom}:delivery', 'attempt'))
  const before = await attempts()
  await endPause('wecom')
  await vi.waitFor(async () => expect(await attempts()).toBeGreaterThan(before), WITHIN)
  expect(await alerts.get('/metrics')).toContain('waystation_alert_notices_depth{receiver="wecom"} 3')
  await alerts.counted('wecom', 'put_off', 0)
  expect(robot.calls()).toBe(20)
})

test('a process that dies between two tries loses nothing, and another goes on', async () => {
  await using robot = await startWecomRobot()
  const receivers = { oncall: { kind: 'wecom', url: robot.url } }
  const first = await startAlerts(receivers)
  robot.fail({ kind: 'status', status: 503, headers: { 'Retry-After': '1' } })
  expect(await first.post('oncall', alertmanagerGroup())).toBe(200)
  await first.logged('alert.put_off')
  await first.kill()
  const second = await startAlerts(receivers)
  await empty('oncall')
  expect(robot.messages).toHaveLength(1)
  await second.counted('oncall', 'doubtful', 0)
}, 90_000)

test('a process that dies while it sends leaves a doubt: the notice is sent again, and that is counted', async () => {
  await using robot = await startWecomRobot()
  const receivers = { oncall: { kind: 'wecom', url: robot.url } }
  const first = await startAlerts(receivers)
  robot.fail({ kind: 'silent' })
  expect(await first.post('oncall', alertmanagerGroup())).toBe(200)
  await vi.waitFor(() => expect(robot.messages).toHaveLength(1), WITHIN)
  await first.kill()
  const second = await startAlerts(receivers)
  await empty('oncall')
  expect(robot.messages).toHaveLength(2)
  await second.counted('oncall', 'doubtful', 1)
}, 90_000)

test('a ticket system that knows our ids has one ticket, though its answer was lost', async () => {
  await using tickets = await startTicketSystem()
  const alerts = await startAlerts({
    ticket: {
      kind: 'ticket',
      url: tickets.url,
      headers: { 'x-api-key': 'ticket-key' },
      body: { externalId: '{{id}}', title: '{{title}}', description: '{{text}}' },
    },
  })
  tickets.fail({ kind: 'lost' })
  await alerts.post('ticket', alertmanagerGroup())
  await empty('ticket')
  await alerts.counted('ticket', 'doubtful', 1)
  expect([tickets.calls(), tickets.tickets.size]).toEqual([2, 1])
})

test('an alert of 10,000 bytes fits into what the robot takes', async () => {
  await using robot = await startWecomRobot()
  await using feishu = await startFeishuRobot()
  const alerts = await startAlerts({
    wecom: { kind: 'wecom', url: robot.url },
    feishu: { kind: 'feishu', url: feishu.url },
  })
  const description = '告警🚒"'.repeat(910)
  expect(Buffer.byteLength(description)).toBeGreaterThan(10_000)
  for (const receiver of ['wecom', 'feishu'])
    expect(await alerts.post(receiver, alertmanagerGroup({ annotations: { description } }))).toBe(200)
  for (const receiver of ['wecom', 'feishu']) await empty(receiver)
  const [content = ''] = robot.messages
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4096)
  expect(Buffer.byteLength(content)).toBeGreaterThan(4092)
  expect(content).toMatch(/[告警🚒"]…$/u)
  expect(content).not.toContain('\ufffd')
  expect(feishu.messages[0]?.text).toMatch(/[告警🚒"]…$/u)
})

test('what could not be told for a day is given up, though nobody rang for it', async () => {
  await using robot = await startWecomRobot()
  const body = Buffer.from(JSON.stringify(alertmanagerGroup()))
  await createBox(redis).post('oncall', readNotice(body, Date.now() - 25 * 60 * 60 * 1000))
  const alerts = await startAlerts({ oncall: { kind: 'wecom', url: robot.url } })
  await empty('oncall')
  await alerts.logged('"errorCode":"too_old"')
  await alerts.counted('oncall', 'died', 1)
  expect(robot.calls()).toBe(0)
})

test('what is no notice of ours is given up, and holds up nothing', async () => {
  await using robot = await startWecomRobot()
  await redis.hset('waystation:{alerts.oncall}:notices', { strange: '{}' })
  await redis.rpush('waystation:{alerts.oncall}:waiting', 'strange', 'lost')
  const alerts = await startAlerts({ oncall: { kind: 'wecom', url: robot.url } })
  await alerts.post('oncall', alertmanagerGroup())
  await empty('oncall')
  expect(robot.messages).toHaveLength(1)
  await alerts.counted('oncall', 'died', 2)
  await alerts.logged(/"alert.died","receiver":"oncall","noticeId":"strange","errorCode":"unreadable"/)
})

test('a receiver for which a thousand notices wait takes no more', async () => {
  await using robot = await startWecomRobot()
  const alerts = await startAlerts({ oncall: { kind: 'wecom', url: robot.url } })
  robot.fail({ kind: 'status', status: 503, headers: { 'Retry-After': '600' } })
  for (let i = 0; i < 1000; i += 1) await alerts.post('oncall', alertmanagerGroup({ name: `Alert${i}` }))
  expect(await alerts.post('oncall', alertmanagerGroup({ name: 'OneMore' }))).toBe(503)
  expect(await alerts.post('oncall', alertmanagerGroup({ name: 'Alert7' }))).toBe(200)
}, 120_000)

test('while Redis is away Alertmanager is told to come back', async () => {
  await using other = await startTestRedis()
  await using robot = await startWecomRobot()
  const alerts = await startAlerts({ oncall: { kind: 'wecom', url: robot.url } }, { redisUrl: other.url })
  await other.kill()
  await alerts.logged('redis.unreachable')
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
  }
  const wrong = start({ ALERTS_TOKEN: 'canary', ALERTS_RECEIVERS: JSON.stringify(receivers) })
  await expect(wrong).rejects.toThrow(/ALERTS_TOKEN: at least 16[\s\S]*wrong at a\.url, b\.headers\.key/)
  await expect(wrong).rejects.not.toThrow('canary')
})
