import { randomBytes } from 'node:crypto'
import type { Words } from '../../language.ts'
import { Wrong } from '../../wrong.ts'
import { type Receiver, tryReceiver } from '../checks/alerts.ts'
import type { Setup } from '../setup.ts'
import type { Talk } from '../talk.ts'

type Way = Receiver['kind'] | 'mail'

/** Who is told when something is wrong, each way proved by a trial message. Alertmanager itself writes the mail. */
export async function askAlerts(talk: Talk, setup: Setup): Promise<void> {
  if (setup.target === 'start') return talk.tell(NOT_HERE)
  const receivers = receiversOf(setup)
  const isTold = (way: Way) => (way === 'mail' ? setup.get('ALERT_SMTP') !== undefined : way in receivers)
  const ways = await talk.untilRight(async () => {
    const told = choices.map(({ value }) => value).filter(isTold)
    const chosen = await talk.chooseSome(WHO, choices, told)
    if (chosen.join() === 'mail') throw new Wrong(MAIL_ALONE)
    return chosen
  })
  if (ways.length > 0 && !ways.includes('mail')) ways.push('mail')
  for (const way of ways) {
    if (isTold(way) && (await talk.yes(keep(way)))) continue
    if (way === 'mail') await askMail(talk, setup)
    else receivers[way] = await talk.untilRight(() => askReceiver(talk, way))
  }
  if (!ways.includes('mail')) setup.set('ALERT_SMTP', undefined)
  for (const { value } of choices) if (value !== 'mail' && !ways.includes(value)) delete receivers[value]
  if (Object.keys(receivers).length === 0) return setup.set('ALERTS_RECEIVERS', undefined)
  // The only character that a line between single quotes cannot hold.
  setup.set('ALERTS_RECEIVERS', JSON.stringify(receivers).replaceAll("'", '\\u0027'))
  if (setup.get('ALERTS_TOKEN') === undefined) setup.set('ALERTS_TOKEN', randomBytes(32).toString('hex'))
}

const choices: { value: Way; words: Words; hint?: Words }[] = [
  {
    value: 'mail',
    words: { en: 'Mail', zh: '邮件' },
    hint: { en: 'the others want it beside them', zh: '其他方式也需要它' },
  },
  { value: 'wecom', words: { en: 'A WeCom group robot', zh: '企业微信群机器人' } },
  { value: 'sms', words: { en: 'SMS, by a gateway that takes JSON', zh: '短信（接受 JSON 的网关）' } },
  { value: 'ticket', words: { en: 'A ticket system that takes JSON', zh: '工单系统（接受 JSON）' } },
]

/** As ALERTS_RECEIVERS has them; those of other kinds stay as they are. */
function receiversOf(setup: Setup): Record<string, unknown> {
  try {
    return { ...JSON.parse(setup.get('ALERTS_RECEIVERS') ?? '{}') }
  } catch {
    return {}
  }
}

async function askReceiver(talk: Talk, way: Receiver['kind']): Promise<Receiver> {
  const receiver = way === 'wecom' ? await askWecom(talk) : await askCall(talk, way)
  await talk.look(SENDING, tryReceiver(receiver))
  talk.good({ en: 'The trial message was taken.', zh: '测试消息已被接受。' })
  return receiver
}

const askWecom = async (talk: Talk): Promise<Receiver> => ({ kind: 'wecom', url: await talk.secret(ROBOT) })

async function askCall(talk: Talk, kind: 'sms' | 'ticket'): Promise<Receiver> {
  const url = await talk.text({ en: 'Address that it is posted to', zh: '接收请求的地址' }, { hint: 'https://…' })
  const header = await talk.text(HEADER, { optional: true, hint: 'authorization', initial: 'authorization' })
  const value = header && (await talk.secret({ en: `Value of ${header}`, zh: `${header} 的值` }))
  const body: unknown = JSON.parse(await talk.text(BODY, { initial: bodies[kind], check: isObject }))
  return { kind, url, headers: header ? { [header]: value } : {}, body }
}

async function askMail(talk: Talk, setup: Setup): Promise<void> {
  const ask = async (name: string, words: Words, hint = '') =>
    setup.set(name, await talk.text(words, { initial: setup.get(name) ?? '', hint }))
  await ask('ALERT_SMTP', { en: 'Mail server', zh: '邮件服务器' }, 'smtp.example.com:587')
  await ask('ALERT_MAIL_FROM', { en: 'From which address', zh: '发件地址' }, 'waystation@example.com')
  await ask('ALERT_MAIL_TO', { en: 'To which address', zh: '收件地址' }, 'ops@example.com')
  const user = await talk.text(USER, { optional: true, initial: setup.get('ALERT_SMTP_USER') ?? '' })
  setup.set('ALERT_SMTP_USER', user)
  setup.set('ALERT_SMTP_PASSWORD', user ? await talk.secret({ en: 'Its password', zh: '它的密码' }) : undefined)
  talk.tell(MAIL_LATER)
}

function isObject(text: string) {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return undefined
  } catch {}
  return { en: 'A JSON object, such as {"text":"{{text}}"}.', zh: '一个 JSON 对象，例如 {"text":"{{text}}"}。' }
}

const bodies = {
  sms: '{"to":["+8613800000000"],"text":"{{text}}"}',
  ticket: '{"externalId":"{{group}}","title":"{{title}}","description":"{{text}}"}',
}

const NOT_HERE = {
  en: 'Alerts come with Prometheus and Alertmanager, which Docker Compose runs: docs/observability.md. `npm start` has none.',
  zh: '告警由 Docker Compose 里的 Prometheus 和 Alertmanager 发出：docs/observability.zh-CN.md。`npm start` 没有告警。',
}
const WHO = { en: 'Who is told when something is wrong?', zh: '出问题时通知谁？' }
const MAIL_ALONE = {
  en: 'Mail tells of little by itself: most alerts go to WeCom, to phones or become tickets. Choose one of them besides, or none at all.',
  zh: '只用邮件会漏掉大部分告警：它们发往企业微信、短信或工单。请再选一种，或都不选。',
}
const keep = (way: Way) => ({ en: `Keep ${way} as it is?`, zh: `${way} 保持不变？` })
const SENDING = { en: 'Sending a trial message', zh: '正在发送测试消息' }
const ROBOT = { en: 'Address of the robot, which ends with its key', zh: '机器人的 Webhook 地址（含 key）' }
const HEADER = { en: 'Header that holds the key (empty for none)', zh: '携带密钥的请求头（没有则清空）' }
const BODY = {
  en: 'Body, as JSON; {{title}}, {{text}}, {{group}} are filled in',
  zh: '正文（JSON）；{{title}}、{{text}}、{{group}} 会被替换',
}
const USER = { en: 'User at the mail server (Enter for none)', zh: '邮件服务器的用户名（没有则回车）' }
const MAIL_LATER = {
  en: 'Alertmanager sends it, and is tried once the station runs; or later by: docker compose exec alertmanager amtool alert add --alertmanager.url=http://127.0.0.1:9093 TrialMail at=$(date +%s)',
  zh: '邮件由 Alertmanager 发送，站点启动后会试发一封；以后也可用：docker compose exec alertmanager amtool alert add --alertmanager.url=http://127.0.0.1:9093 TrialMail at=$(date +%s)',
}
