import { conversationIdSchema } from '@waystation/domain'
import { safeUrl } from '@waystation/http'
import { oneRedis, redisConfig } from '@waystation/redis'
import { z } from 'zod'

const url = safeUrl('https://…, or http:// on this machine')

const wecom = z.strictObject({ kind: z.literal('wecom'), url })
const feishu = z.strictObject({
  kind: z.literal('feishu'),
  url,
  /** Of the robot's signature check, where that is on. */
  secret: z.string().min(1).optional(),
})

/** A call as the other side wants it: every text in `body` may have `{{text}}` and the like in it, see relays/template.ts. */
const call = {
  url,
  headers: z.record(z.string(), z.string()).default({}),
  body: z.record(z.string(), z.json()),
  /** Fields of the answer that say that it was accepted: some gateways answer 200 to everything. */
  expect: z.record(z.string(), z.json()).default({}),
  perMinute: z.int().min(1).max(10_000).default(20),
}
const sms = z.strictObject({ kind: z.literal('sms'), ...call })
const ticket = z.strictObject({ kind: z.literal('ticket'), ...call })

/** What both clouds want of an SMS: a signature and a template that were applied for, and one phone. */
const short = { signName: z.string().min(1), to: z.string().regex(/^\+?\d{5,20}$/) }
const aliyun = z.strictObject({
  kind: z.literal('aliyun'),
  url: url.default('https://dysmsapi.aliyuncs.com'),
  accessKeyId: z.string().min(1),
  accessKeySecret: z.string().min(1),
  ...short,
  templateCode: z.string().min(1),
  /** By the names of the template's variables. */
  params: z.record(z.string(), z.string()),
})
const tencent = z.strictObject({
  kind: z.literal('tencent'),
  url: url.default('https://sms.tencentcloudapi.com'),
  secretId: z.string().min(1),
  secretKey: z.string().min(1),
  region: z.string().min(1).default('ap-guangzhou'),
  ...short,
  sdkAppId: z.string().min(1),
  templateId: z.string().min(1),
  /** In the order of the template's variables. */
  params: z.array(z.string()),
})

/** Feishu lets a bot begin nothing in a topic, and nobody may be looking at a page of the web chat. */
const chatPattern = /^(telegram\.\d+\.-?\d+(\.\d+)?|feishu\.cli_\w+\.oc_\w+)$/
const chat = z.strictObject({
  kind: z.literal('chat'),
  conversation: conversationIdSchema.refine(id => chatPattern.test(id)),
})

const receiver = z.discriminatedUnion('kind', [wecom, feishu, sms, ticket, aliyun, tencent, chat])
const receiverName = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/)
const receivers = z
  .record(receiverName, receiver)
  .refine(all => Object.keys(all).length > 0)
  .transform(all => new Map(Object.entries(all)))

export type ReceiverConfig = z.infer<typeof receiver>
export type ConfigOf<Kind extends ReceiverConfig['kind']> = Extract<ReceiverConfig, { kind: Kind }>

const LIKE_THIS = 'JSON like {"oncall":{"kind":"wecom","url":"https://…"}}, by names of a-z 0-9 _ -; see docs/alerts.md'

export const environment = z
  .object({
    ...redisConfig.shape,
    ALERTS_TOKEN: z.string('at least 16 characters, the same as in alertmanager.yml: openssl rand -hex 32').min(16, {
      error: 'at least 16 characters',
    }),
    ALERTS_RECEIVERS: z.string(LIKE_THIS).transform(readReceivers),
  })
  .check(...oneRedis)

/** Faults are told without what was written: it holds secrets. */
function readReceivers(text: string, context: z.RefinementCtx): Map<string, ReceiverConfig> {
  const { data, error } = receivers.safeParse(readJson(text))
  if (data) return data
  const wrong = error.issues.map(({ path }) => path.join('.')).filter(where => where !== '')
  context.addIssue({ code: 'custom', message: wrong.length ? `${LIKE_THIS}; wrong at ${wrong.join(', ')}` : LIKE_THIS })
  return z.NEVER
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
