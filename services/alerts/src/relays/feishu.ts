import { createHmac } from 'node:crypto'
import { Rejected, Unavailable } from '@waystation/domain'
import { createClient } from '@waystation/http'
import { z } from 'zod'
import type { ConfigOf } from '../config.ts'
import type { Notice } from '../notice.ts'
import { cut } from '../text.ts'
import { checkStatus, splitUrl } from './answers.ts'
import type { Relay } from './relay.ts'

/** https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: 100 a minute, 5 a second, a body of at most 20 KB. */
const LIMITS = [
  { calls: 100, perMs: 60_000 },
  { calls: 5, perMs: 1_000 },
]
/** JSON may make two bytes of one. */
const MAX_TEXT_BYTES = 9_000
/** It names no time, nor which of its limits it was. */
const OVER_THE_LIMIT_MS = 10_000
/** "frequency limited". */
const OVER_THE_LIMIT = 11232

const answerSchema = z.object({ code: z.number() })

/** A Feishu or Lark custom bot (自定义机器人). */
export function createFeishu(name: string, { url, secret }: ConfigOf<'feishu'>): Relay {
  const { root, path } = splitUrl(url)
  const client = createClient(root)
  return {
    limits: LIMITS,
    async send(notice) {
      const body = { ...(secret === undefined ? {} : signed(secret)), msg_type: 'interactive', card: cardOf(notice) }
      const answer = await client.call({ name, method: 'POST', path, body })
      // Refused with 200 or 400; its own code says more than the status.
      const code = answerSchema.safeParse(answer.body).data?.code
      if (code === OVER_THE_LIMIT) throw new Unavailable(`${name}: code ${code}`, OVER_THE_LIMIT_MS)
      if (code !== undefined && code !== 0) throw new Rejected(`feishu_${code}`)
      checkStatus(name, answer)
      answerSchema.parse(answer.body)
    },
    close: () => client.close(),
  }
}

/** The key is what is signed, and the message is empty: so Feishu wants it. Good for an hour. */
function signed(secret: string): { timestamp: string; sign: string } {
  const timestamp = String(Math.floor(Date.now() / 1000))
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') }
}

/** As plain text, so that no label becomes an `<at>`. */
function cardOf({ status, title, text }: Notice): object {
  return {
    header: {
      template: status === 'firing' ? 'red' : 'green',
      title: { tag: 'plain_text', content: title },
    },
    elements: [{ tag: 'div', text: { tag: 'plain_text', content: cut(text, MAX_TEXT_BYTES) } }],
  }
}
