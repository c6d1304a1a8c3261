import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import {
  callWaystation,
  key,
  openTerminal,
  startModel,
  startSmsGateway,
  startTicketSystem,
  startWecomRobot,
  text,
  untilAddress,
  wizardFolder,
} from '@waystation/testing'
import { expect, test } from 'vitest'

const EXAMPLE = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8')
const enter = key('enter')
/** Of a machine without Docker. */
const BARE = { PATH: '/nonexistent' }

const serverFolder = () => wizardFolder({ '.env.example': EXAMPLE, 'docker-compose.yml': '' })

test('on a server, in Chinese: the files of Compose are written, and each way of alerts is tried', {
  timeout: 180_000,
}, async () => {
  const folder = await serverFolder()
  await using wecom = await startWecomRobot({ key: 'canary-wecom' })
  await using sms = await startSmsGateway({ key: 'canary-sms' })
  await using tickets = await startTicketSystem({ key: 'canary-ticket' })
  await using model = await startModel()
  using terminal = openTerminal(folder, { ...BARE, LANG: 'zh_CN.UTF-8' }, 'onboard')
  await terminal.when('语言 / Language', enter)
  await terminal.when('怎样运行？', key('down'), enter)
  await terminal.when('用哪些模型回答？', enter)
  await untilAddress(terminal, { address: 'API 地址', found: '在本机找到' })
  terminal.type(text(model.baseUrl), enter)
  await terminal.when('容器里要用 host.docker.internal:')
  await terminal.when('◆  模型', enter)
  await terminal.when('最长回答', enter)
  await terminal.when('温度', enter)
  await terminal.when('助手的名字', key('clear'), text('小站'), enter)
  await terminal.when('系统提示词', enter)
  await terminal.when('还连接哪些平台？', enter)
  await terminal.when('谁可以使用？', key('down'), enter)
  await terminal.when('他们的 id', text('123，ou_1'), enter)
  await terminal.when('可以用 /system', enter)
  await terminal.when('出问题时通知谁？', key('space'), enter)
  await terminal.when('只用邮件会漏掉大部分告警')
  await terminal.when(
    '出问题时通知谁？',
    ...['down', 'space', 'down', 'space', 'down', 'space', 'enter'].map(one => key(one as 'down')),
  )
  await terminal.when('机器人的 Webhook 地址', text(`${wecom.url}-wrong`), enter)
  await terminal.when('测试消息没有被接受（wecom_93000）')
  await terminal.when('机器人的 Webhook 地址', text(wecom.url), enter)
  await terminal.when('测试消息已被接受')
  await terminal.when('接收请求的地址', text(sms.url), enter)
  await terminal.when('携带密钥的请求头', enter)
  await terminal.when('authorization 的值', text('Bearer canary-sms'), enter)
  await terminal.when('正文（JSON）', key('clear'), text('["{{text}}"]'), enter)
  await terminal.when('一个 JSON 对象', key('clear'), text('{"to":["+8613800000000"],"text":"{{text}}"}'), enter)
  await terminal.when('测试消息已被接受')
  await terminal.when('接收请求的地址', text(tickets.url), enter)
  await terminal.when('携带密钥的请求头', key('clear'), text('x-api-key'), enter)
  await terminal.when('x-api-key 的值', text('canary-ticket'), enter)
  await terminal.when('正文（JSON）', enter)
  await terminal.when('测试消息已被接受')
  await terminal.when('邮件服务器', text('smtp.example.com:587'), enter)
  await terminal.when('发件地址', text('a@example.com'), enter)
  await terminal.when('收件地址', text('b@example.com'), enter)
  await terminal.when('用户名', enter)
  await terminal.when('写入？', enter)
  await terminal.when('这里没有 Docker')
  await terminal.when('用 `docker compose up -d --build --wait` 启动')
  expect(await terminal.ended).toBe(0)
  expect(terminal.seen()).not.toMatch(/canary|undefined/)
  expect([wecom.messages.length, sms.messages.length, tickets.tickets.size]).toEqual([1, 1, 1])
  const env = parseEnv(readFileSync(join(folder, '.env'), 'utf8'))
  expect(env).toMatchObject({
    REDIS_PASSWORD: expect.stringMatching(/^[\da-f]{64}$/),
    LOCAL_MODEL_BASE_URL: model.baseUrl.replace('127.0.0.1', 'host.docker.internal'),
    WAYSTATION_CONFIG: '/etc/waystation/waystation.yaml',
    ALERT_SMTP: 'smtp.example.com:587',
    ALERTS_TOKEN: expect.stringMatching(/^[\da-f]{64}$/),
    GRAFANA_ADMIN_PASSWORD: expect.stringMatching(/^[\da-f]{32}$/),
    COMPOSE_PROFILES: parseEnv(EXAMPLE).COMPOSE_PROFILES,
  })
  expect(Object.keys(JSON.parse(env.ALERTS_RECEIVERS ?? ''))).toEqual(['wecom', 'sms', 'ticket'])
  expect(readFileSync(join(folder, 'site/config/waystation.yaml'), 'utf8')).toContain('你是小站')

  // Again: mail, WeCom and tickets stay, and nobody gets an SMS any more.
  using second = openTerminal(folder, { ...BARE, LANG: 'zh_CN.UTF-8' }, 'onboard')
  await second.when('语言 / Language', enter)
  await second.when('保留 simulated', enter)
  await second.when('最长回答', enter)
  await second.when('温度', enter)
  await second.when('保留这个人设？', enter)
  await second.when('还连接哪些平台？', enter)
  await second.when('不变：2 个人和群', enter)
  await second.when('可以用 /system', enter)
  await second.when('出问题时通知谁？', key('down'), key('down'), key('space'), enter)
  await second.when('mail 保持不变？', enter)
  await second.when('wecom 保持不变？', enter)
  await second.when('ticket 保持不变？', enter)
  await second.when('写入现有文件？', enter)
  expect(await second.ended).toBe(0)
  const { ALERTS_RECEIVERS, ...rest } = parseEnv(readFileSync(join(folder, '.env'), 'utf8'))
  expect(Object.keys(JSON.parse(ALERTS_RECEIVERS ?? ''))).toEqual(['wecom', 'ticket'])
  expect({ ...rest, ALERTS_RECEIVERS: env.ALERTS_RECEIVERS }).toEqual(env)
})

test('files are for one of the two, and a model is looked at where this machine has it', async () => {
  const folder = await serverFolder()
  await using model = await startModel()
  const ask = (...words: string[]) => callWaystation({ ...BARE, PWD: folder }, 'onboard', ...words)
  const noTerminal =
    'It asks questions, so it wants a terminal, and no --json. Without: --answers <file>, docs/cli.md.\n'
  expect(await ask()).toEqual({ code: 2, stdout: '', stderr: noTerminal })
  const variables = {
    MODEL_MAX_TOKENS: 300,
    LOCAL_MODEL: model.model,
    LOCAL_MODEL_BASE_URL: model.baseUrl.replace('127.0.0.1', 'host.docker.internal'),
  }
  writeFileSync(join(folder, 'answers.yaml'), JSON.stringify({ target: 'compose', variables }))
  expect(await ask('--answers', 'answers.yaml')).toMatchObject({ code: 0 })
  expect(readFileSync(join(folder, '.env'), 'utf8')).toMatch(/^MODEL_MAX_TOKENS=300\n\n# A channel's gateway/m)
  const begun = await ask('--answers', 'answers.yaml', '--start', '--json')
  const failed = 'There is no Docker here: https://docs.docker.com/engine/install/'
  expect(begun.code).toBe(1)
  expect(JSON.parse(begun.stdout)).toMatchObject({ written: false, started: false, failed })
  writeFileSync(join(folder, 'answers.yaml'), 'target: start\n')
  expect(await ask('--answers', 'answers.yaml', '--start')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--start is of Docker Compose'),
  })
  const stderr = '.env is of Docker Compose, and not for `npm start`: move it away first.\n'
  expect(await ask('--answers', 'answers.yaml')).toEqual({ code: 2, stdout: '', stderr })
})
