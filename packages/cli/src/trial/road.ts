import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Unavailable } from '@waystation/domain'
import { createClient } from '@waystation/http'
import { z } from 'zod'
import type { Say, Words } from '../language.ts'
import { withoutLogin } from '../secret.ts'
import type { Station } from '../station.ts'
import { table } from '../text.ts'
import { find, type Life } from '../trace/find.ts'
import { linesOf } from '../trace/lines.ts'
import { Wrong } from '../wrong.ts'

/** The slowest first answer of a model that is loaded for it. */
const PATIENCE_MS = 120_000
const LOOK_EVERY_MS = 200

/** Another one each time, for an equal question may be answered from the cache. */
export const question = (now = new Date().toISOString()): Words => ({
  en: `A trial of ${now}: say hello in one sentence.`,
  zh: `${now} 的测试：用一句话打个招呼。`,
})

const refusalSchema = z.object({ error: z.string() })

/** Writes `text` on the web page at `origin`, as a browser does, and waits for its reply's end. Throws `Wrong`. */
export async function sendTrial(origin: string, { redis }: Station, text: string, signal: AbortSignal): Promise<Life> {
  const id = randomUUID()
  const client = createClient(origin)
  try {
    const { headers } = await client.call({ name: 'page', method: 'GET', path: '/', signal })
    const cookie = String(headers['set-cookie'] ?? '').split(';')[0] ?? ''
    const post = {
      name: 'message',
      method: 'POST',
      path: '/api/messages',
      headers: { cookie },
      body: { id, text },
      signal,
    } as const
    const { status, body } = await client.call(post)
    if (status === 403) throw new Wrong(NOT_ALLOWED)
    if (status !== 202) throw new Wrong(refused(refusalSchema.safeParse(body).data?.error ?? String(status)))
  } catch (error) {
    if (error instanceof Unavailable) throw new Wrong(unreached(withoutLogin(origin), error.message))
    throw error
  } finally {
    await client.close()
  }
  for (
    const deadline = Date.now() + PATIENCE_MS;
    Date.now() < deadline;
    await sleep(LOOK_EVERY_MS, undefined, { signal })
  ) {
    const [life] = await find(redis, id)
    if (life?.entries.some(({ event }) => event === 'settled')) return life
  }
  throw new Wrong(SLOW)
}

/** The code that it was given up for, if it was. */
export function failureOf({ entries }: Life): string | undefined {
  const committed = entries.findLast(entry => entry.event === 'committed')
  return committed?.event === 'committed' && committed.detail.state === 'failed' ? committed.detail.code : undefined
}

export const gaveUp = (code: string): Words => ({
  en: `The message was given up (${code}): its sender reads an apology. docs/models.md says what it means.`,
  zh: `这条消息被放弃（${code}）：提问者会看到致歉。含义见 docs/models.zh-CN.md。`,
})

/** Each step of its road, when it was reached, and how long after the one before. */
export function stepsOf({ entries }: Life): { step: string; at: number; ms: number }[] {
  const steps = linesOf(entries).filter(({ event }) => event in names)
  return steps.map(({ at, event }, index) => ({ step: event, at, ms: at - (steps[index - 1]?.at ?? at) }))
}

/** The same for a person. */
export function picture(life: Life, say: Say): string {
  const told = stepsOf(life).map(({ step, ms }) => ({ ms, name: names[step] ?? WHOLE }))
  const whole = told.reduce((sum, { ms }) => sum + ms, 0)
  const rows = [...told, { ms: whole, name: WHOLE }].map(({ ms, name }) => [`${(ms / 1000).toFixed(3)} s`, say(name)])
  return table(rows[0] ?? [], rows.slice(1))
}

const names: Readonly<Record<string, Words>> = {
  posted: { en: 'received, and kept in the inbox', zh: '收到，存入收件箱' },
  taken: { en: 'taken by a worker', zh: '被取走处理' },
  first_token: { en: 'first word of the model', zh: '模型的第一个词' },
  committed: { en: 'answer complete, in the outbox', zh: '回答完成，进入发件箱' },
  delivering: { en: 'taken by a sender', zh: '被取走发送' },
  settled: { en: 'delivered', zh: '已送达' },
}
const WHOLE = { en: 'the whole road', zh: '全程' }
export const NOT_ALLOWED = {
  en: 'The web chat lets in only who is allowed (access.allow), and the trial is nobody. Write to the bot yourself.',
  zh: '网页聊天只允许名单里的人（access.allow），测试消息不在其中。请自己给机器人发一条消息。',
}
const unreached = (origin: string, why: string) => ({
  en: `The web chat does not answer at ${origin} (${why}).`,
  zh: `${origin} 的网页聊天没有应答（${why}）。`,
})
const refused = (why: string) => ({
  en: `The station refused the message (${why}).`,
  zh: `站点拒绝了这条消息（${why}）。`,
})
const SLOW = {
  en: `It was not answered within ${PATIENCE_MS / 1000} s. See where it waits: waystation queues`,
  zh: `${PATIENCE_MS / 1000} 秒内没有得到回答。查看它在哪里等候：waystation queues`,
}
