import { z } from 'zod'
import { type Answered, createLimit, startPlatform } from './platform.ts'

const MAX_CONTENT_BYTES = 4096

const messageSchema = z.object({ msgtype: z.literal('markdown'), markdown: z.object({ content: z.string() }) })

const refuse = (errcode: number, errmsg: string): Answered => ({ body: { errcode, errmsg } })

export type WecomRobot = Awaited<ReturnType<typeof startWecomRobot>>

/** A WeCom group robot, as https://developer.work.weixin.qq.com/document/path/91770 has it. It answers everything with 200. */
export async function startWecomRobot({ key = 'robot-key', perMinute = 20 } = {}) {
  const messages: string[] = []
  const isTooMuch = createLimit({ calls: perMinute, perMs: 60_000 })
  const path = `/cgi-bin/webhook/send?key=${key}`
  const platform = await startPlatform(asked => {
    if (asked.path !== path) return refuse(93000, 'invalid webhook url')
    const { data } = messageSchema.safeParse(asked.body)
    if (!data) return refuse(40008, 'invalid message type')
    const { content } = data.markdown
    if (Buffer.byteLength(content) > MAX_CONTENT_BYTES)
      return refuse(40058, `markdown.content exceed max length ${MAX_CONTENT_BYTES}`)
    if (isTooMuch()) return refuse(45009, 'api freq out of limit')
    messages.push(content)
    return { body: { errcode: 0, errmsg: 'ok' } }
  })
  return { ...platform, url: platform.origin + path, messages }
}
