import { redisForTests } from '@waystation/redis/for-tests'
import {
  alertmanagerGroup,
  startAlerts,
  startAliyunSms,
  startFeishuRobot,
  startSmsGateway,
  startTencentSms,
  startTicketSystem,
  startWecomRobot,
} from '@waystation/testing'
import { expect, test } from 'vitest'

const { server } = await redisForTests()

test('each receiver is told in its own way, and no secret is in what the process prints or measures', async () => {
  await using wecom = await startWecomRobot({ key: 'canary-wecom' })
  await using feishu = await startFeishuRobot({ token: 'canary-feishu', secret: 'canary-signature' })
  await using sms = await startSmsGateway({ key: 'canary-sms' })
  await using tickets = await startTicketSystem({ key: 'canary-ticket' })
  await using alerts = await startAlerts({
    redisUrl: server.url,
    receivers: {
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
      locked: {
        kind: 'sms',
        url: sms.url,
        headers: { authorization: 'Bearer canary-old' },
        body: { text: '{{text}}' },
      },
      ticket: {
        kind: 'ticket',
        url: tickets.url,
        headers: { 'x-api-key': 'canary-ticket' },
        body: { externalId: '{{group}}', title: '{{title}}', description: '{{text}}\n{{status}} {{id}} {{other}}' },
      },
    },
  })
  const group = alertmanagerGroup({ annotations: { summary: '<@all> load < 9 {{id}} canary-summary' } })
  for (const receiver of ['wecom', 'revoked', 'away', 'feishu', 'unsigned', 'sms', 'locked', 'ticket'])
    expect(await alerts.post(receiver, group)).toBe(200)
  for (const receiver of ['wecom', 'revoked', 'feishu', 'unsigned', 'sms', 'locked', 'ticket'])
    await alerts.waiting(receiver, 0)
  await alerts.logged(/away: not reached \(ECONNREFUSED\)/)
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
  await alerts.logged(/alert\.delivered/)
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
  await using alerts = await startAlerts({
    redisUrl: server.url,
    receivers: {
      aliyun: atAliyun,
      tencent: atTencent,
      stale: { ...atAliyun, accessKeySecret: 'canary-old' },
      forged: { ...atTencent, secretKey: 'canary-old' },
    },
  })
  aliyun.fail({ kind: 'answer', body: { Code: 'isv.BUSINESS_LIMIT_CONTROL' } })
  tencent.fail({
    kind: 'answer',
    body: { Response: { SendStatusSet: [{ Code: 'LimitExceeded.PhoneNumberThirtySecondLimit' }] } },
  })
  for (const receiver of ['aliyun', 'tencent']) {
    await alerts.post(receiver, alertmanagerGroup({ annotations: { summary: '处理器 85 % & more' } }))
    await alerts.logged(new RegExp(`"alert.put_off","receiver":"${receiver}".*"afterMs":60000,`))
    await alerts.endPause(receiver)
  }
  for (const receiver of ['stale', 'forged']) await alerts.post(receiver, alertmanagerGroup())
  for (const receiver of ['aliyun', 'tencent', 'stale', 'forged']) await alerts.waiting(receiver, 0)
  const text = expect.stringMatching(/^\[FIRING\] HighCpu \(critical\) ● 处理器 85 % & more instance=web-1 since/)
  expect(aliyun.messages).toEqual([
    { to: '13800000000', params: { title: "[FIRING] HighCpu (critical)'s *!()", text } },
  ])
  expect(tencent.messages).toEqual([{ to: '+8613800000000', params: ['firing', text] }])
  await alerts.logged(/"errorCode":"aliyun_SignatureDoesNotMatch"/)
  await alerts.logged(/"errorCode":"tencent_AuthFailure\.SignatureFailure"/)
  expect(alerts.output()).not.toMatch(/canary|138000/)
})

test('an alert of 10,000 bytes fits into what the robot takes', async () => {
  await using robot = await startWecomRobot()
  await using feishu = await startFeishuRobot()
  await using alerts = await startAlerts({
    redisUrl: server.url,
    receivers: {
      wecom: { kind: 'wecom', url: robot.url },
      feishu: { kind: 'feishu', url: feishu.url },
    },
  })
  const description = '告警🚒"'.repeat(910)
  expect(Buffer.byteLength(description)).toBeGreaterThan(10_000)
  for (const receiver of ['wecom', 'feishu'])
    expect(await alerts.post(receiver, alertmanagerGroup({ annotations: { description } }))).toBe(200)
  for (const receiver of ['wecom', 'feishu']) await alerts.waiting(receiver, 0)
  const [content = ''] = robot.messages
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4096)
  expect(Buffer.byteLength(content)).toBeGreaterThan(4092)
  expect(content).toMatch(/[告警🚒"]…$/u)
  expect(content).not.toContain('\ufffd')
  expect(feishu.messages[0]?.text).toMatch(/[告警🚒"]…$/u)
})
