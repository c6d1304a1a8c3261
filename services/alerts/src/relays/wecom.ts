import { Rejected, Unavailable } from '@waystation/domain'
import { createClient } from '@waystation/http'
import { z } from 'zod'
import type { ConfigOf } from '../config.ts'
import type { Notice } from '../notice.ts'
import { cut } from '../text.ts'
import { checkStatus, splitUrl } from './answers.ts'
import type { Relay } from './relay.ts'

/** https://developer.work.weixin.qq.com/document/path/91770, "消息发送频率限制" and "markdown类型". */
const PER_MINUTE = { calls: 20, perMs: 60_000 }
const MAX_CONTENT_BYTES = 4096
/** It names no time; after a minute the oldest of 20 counts no more. */
const OVER_THE_LIMIT_MS = 60_000

/** -1: the system is busy; 45009, 45033: too many calls, or too many at once. */
const busy = new Map([
  [-1, undefined],
  [45009, OVER_THE_LIMIT_MS],
  [45033, undefined],
])

const answerSchema = z.object({ errcode: z.number() })

/** A WeCom group robot (企业微信群机器人). All but its faults of transport are answered with HTTP 200. */
export function createWecom(name: string, { url }: ConfigOf<'wecom'>): Relay {
  const { root, path } = splitUrl(url)
  const client = createClient(root)
  return {
    limits: [PER_MINUTE],
    async send(notice) {
      const body = { msgtype: 'markdown', markdown: { content: contentOf(notice) } }
      const answer = await client.call({ name, method: 'POST', path, body })
      checkStatus(name, answer)
      const { errcode } = answerSchema.parse(answer.body)
      if (busy.has(errcode)) throw new Unavailable(`${name}: errcode ${errcode}`, busy.get(errcode))
      if (errcode !== 0) throw new Rejected(`wecom_${errcode}`)
    },
    close: () => client.close(),
  }
}

/** Its markdown knows two colours of use to us, and `<@somebody>`, which a label must not become. */
function contentOf({ status, title, text }: Notice): string {
  const colour = status === 'firing' ? 'warning' : 'info'
  const [shown, told] = [title, text].map(part => part.replaceAll('<', '＜'))
  return cut(`**<font color="${colour}">${shown}</font>**\n${told}`, MAX_CONTENT_BYTES)
}
