import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { type Answered, createLimit, startPlatform } from './platform.ts'

const MAX_BODY_BYTES = 20 * 1024
const SIGNED_WITHIN_S = 60 * 60

const plainText = z.object({ tag: z.literal('plain_text'), content: z.string() })
const messageSchema = z.object({
  msg_type: z.literal('interactive'),
  card: z.object({
    header: z.object({ template: z.string(), title: plainText }),
    elements: z.array(z.object({ tag: z.literal('div'), text: plainText })),
  }),
})
const signatureSchema = z.object({ timestamp: z.string(), sign: z.string() })

const refuse = (code: number, msg: string): Answered => ({ body: { code, msg, data: {} } })

/** A Feishu custom bot, as https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot has it. */
export async function startFeishuRobot({ token = 'robot-token', secret }: { token?: string; secret?: string } = {}) {
  const messages: { colour: string; title: string; text: string }[] = []
  const limits = [createLimit({ calls: 100, perMs: 60_000 }), createLimit({ calls: 5, perMs: 1_000 })]
  const path = `/open-apis/bot/v2/hook/${token}`
  const platform = await startPlatform(asked => {
    if (asked.path !== path) return refuse(19001, 'param invalid: incoming webhook access token invalid')
    if (secret !== undefined && !isSigned(asked.body, secret))
      return refuse(19021, 'sign match fail or timestamp is not within one hour from current time')
    const { data } = messageSchema.safeParse(asked.body)
    if (!data || Buffer.byteLength(asked.text) > MAX_BODY_BYTES) return { status: 400, ...refuse(9499, 'Bad Request') }
    if (limits.some(isTooMuch => isTooMuch())) return refuse(11232, 'frequency limited')
    const { header, elements } = data.card
    const text = elements.map(element => element.text.content).join('\n')
    messages.push({ colour: header.template, title: header.title.content, text })
    return { body: { code: 0, msg: 'success', data: {}, StatusCode: 0, StatusMessage: 'success' } }
  })
  return { ...platform, url: platform.origin + path, messages }
}

function isSigned(body: object, secret: string): boolean {
  const { data } = signatureSchema.safeParse(body)
  if (!data || Math.abs(Date.now() / 1000 - Number(data.timestamp)) > SIGNED_WITHIN_S) return false
  return data.sign === createHmac('sha256', `${data.timestamp}\n${secret}`).update('').digest('base64')
}
