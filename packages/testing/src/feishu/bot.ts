import { expect, onTestFinished, vi } from 'vitest'
import { listen, readBody } from '../http.ts'
import { type FeishuOptions, startFeishu } from './simulator.ts'
import type { FeishuEvent } from './wire.ts'

export type Answered = { status: number; code: number; msg: string; data: Record<string, unknown>; headers: Headers }

/** For the tests here: the platform, and calls in the name of an app as plain as HTTP lets them be. */
export async function startWithBot(options?: FeishuOptions) {
  const feishu = await startFeishu(options)
  onTestFinished(() => feishu[Symbol.asyncDispose]())
  const tokens = new Map<string, string>()

  async function tokenOf({ appId, appSecret } = feishu.app): Promise<string> {
    const known = tokens.get(appId)
    if (known) return known
    const body = JSON.stringify({ app_id: appId, app_secret: appSecret })
    const path = '/open-apis/auth/v3/tenant_access_token/internal'
    const answer = await fetch(feishu.baseUrl + path, { method: 'POST', body })
    // What the platform documents.
    const { tenant_access_token: token } = (await answer.json()) as { tenant_access_token: string }
    tokens.set(appId, token)
    return token
  }

  async function call(method: string, path: string, body?: object, app = feishu.app): Promise<Answered> {
    const headers = { authorization: `Bearer ${await tokenOf(app)}`, 'content-type': 'application/json' }
    const sent = body ? { body: JSON.stringify(body) } : {}
    const answer = await fetch(`${feishu.baseUrl}/open-apis${path}`, { method, headers, ...sent })
    const fields = (await answer.json()) as Pick<Answered, 'code' | 'msg' | 'data'>
    return { status: answer.status, headers: answer.headers, ...fields }
  }

  const send = (chat: string, fields: object, app = feishu.app) =>
    call('POST', '/im/v1/messages?receive_id_type=chat_id', { receive_id: chat, ...fields }, app)
  const reply = (id: unknown, fields: object, app = feishu.app) =>
    call('POST', `/im/v1/messages/${id}/reply`, fields, app)

  return { feishu, call, send, reply, tokenOf }
}

/** With a bot that listens in plain text and answers what `answers` holds, then `{}`. */
export async function startListening(options: FeishuOptions = {}) {
  const events: FeishuEvent[] = []
  const answers: { status?: number; body?: string }[] = []
  const server = await listen(async (request, response) => {
    events.push(JSON.parse((await readBody(request)).toString()))
    const { status = 200, body = '{}' } = answers.shift() ?? {}
    response.writeHead(status).end(body)
  })
  onTestFinished(server.close)
  const bot = await startWithBot({ apps: [{ encryptKey: undefined }], ...options })
  bot.feishu.setFront([server.origin])
  const settled = () => eventually(() => bot.feishu.unfinished().events).toBe(0)
  return { ...bot, events, answers, settled }
}

/** Asks until it is as expected, for as long as any machine may take. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 50_000, interval: 10 })

/** Moves the clock, and nothing else that keeps time, until the test is over. */
export function inTheFuture(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
  onTestFinished(() => void vi.useRealTimers())
}

export const text = (words: string) => ({ msg_type: 'text', content: JSON.stringify({ text: words }) })

export const post = (...lines: object[][]) => ({
  msg_type: 'post',
  content: JSON.stringify({ zh_cn: { content: lines } }),
})

export const card = (json: object) => ({ msg_type: 'interactive', content: JSON.stringify(json) })

export const byReference = (cardId: unknown) => card({ type: 'card', data: { card_id: cardId } })

/** A card 2.0 with one text that can be streamed into, and whatever else. */
export const cardJson = (content: string, { config = {}, more = [] }: { config?: object; more?: object[] } = {}) => ({
  schema: '2.0',
  config: { update_multi: true, ...config },
  body: { elements: [{ tag: 'markdown', element_id: 'answer', content }, ...more] },
})

export const button = (label: string, value: unknown) => ({
  tag: 'button',
  element_id: 'stop',
  text: { tag: 'plain_text', content: label },
  behaviors: [{ type: 'callback', value }],
})
