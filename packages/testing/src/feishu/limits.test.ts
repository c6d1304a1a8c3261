import { expect, test } from 'vitest'
import { cardJson, inTheFuture, startWithBot, text } from './bot.ts'
import { platformLimits } from './limits.ts'

const aMinute = (calls: number) => ({ calls, perMs: 60_000 })

const resetOf = ({ headers }: { headers: Headers }) => headers.get('x-ogw-ratelimit-reset')

test('an app that calls an endpoint too often is told when to come back, and may do so then', async () => {
  const { feishu, call, send } = await startWithBot({ limits: { app: [aMinute(2)] } })
  const chat = feishu.p2p()
  await send(chat.id, text('1'))
  await send(chat.id, text('2'))
  const refused = await send(chat.id, text('3'))
  expect(refused).toMatchObject({ status: 429, code: 99991400 })
  expect(refused.headers.get('x-ogw-ratelimit-limit')).toBe('2')
  expect(Number(resetOf(refused))).toBeGreaterThan(0)
  // Another endpoint has its own count.
  expect((await call('GET', '/bot/v3/info')).code).toBe(0)
  expect(feishu.earlyCalls).toEqual([])

  const early = await send(chat.id, text('3'))
  expect(early).toMatchObject({ status: 429, code: 99991400 })
  const { appId: app } = feishu.app
  expect(feishu.earlyCalls).toMatchObject([{ endpoint: 'send', app, chat: chat.id, allowedAt: expect.any(Number) }])

  inTheFuture(Number(resetOf(refused)) * 1000)
  expect((await send(chat.id, text('3'))).code).toBe(0)
  expect(feishu.earlyCalls).toHaveLength(1)
  expect(feishu.texts(chat)).toEqual(['1', '2', '3'])
})

test('a chat takes so many messages, from all its bots together', async () => {
  const { feishu, send } = await startWithBot({ apps: [{}, {}], limits: { chat: aMinute(2) } })
  const group = feishu.group({ members: feishu.apps })
  const [one, other] = feishu.apps
  expect((await send(group.id, text('1'), one)).code).toBe(0)
  expect((await send(group.id, text('2'), other)).code).toBe(0)
  const refused = await send(group.id, text('3'), one)
  expect(refused).toMatchObject({ status: 400, code: 230020 })
  expect(resetOf(refused)).toBeNull()
  expect((await send(feishu.p2p().id, text('1'), one)).code).toBe(0)
  expect(feishu.earlyCalls).toEqual([])
})

test('a card takes so many operations, of whatever kind', async () => {
  const { feishu, call } = await startWithBot({ limits: { card: aMinute(2) } })
  const create = async () => {
    const data = JSON.stringify(cardJson('', { config: { streaming_mode: true } }))
    return (await call('POST', '/cardkit/v1/cards', { type: 'card_json', data })).data.card_id
  }
  const [id, other] = [await create(), await create()]
  const write = (card: unknown, sequence: number) =>
    call('PUT', `/cardkit/v1/cards/${card}/elements/answer/content`, { content: `${sequence}`, sequence })
  const settings = JSON.stringify({ config: { streaming_mode: false } })
  expect((await write(id, 1)).code).toBe(0)
  expect((await write(id, 2)).code).toBe(0)
  const refused = await call('PATCH', `/cardkit/v1/cards/${id}/settings`, { settings, sequence: 3 })
  expect(refused).toMatchObject({ status: 429, code: 99991400 })
  expect(Number(resetOf(refused))).toBeGreaterThan(0)
  expect((await write(id, 3)).code).toBe(99991400)
  expect(feishu.earlyCalls).toMatchObject([{ endpoint: 'updateElement' }])
  expect((await write(other, 1)).code).toBe(0)
})

test('a message takes so many patches', async () => {
  const { feishu, call, send } = await startWithBot({ limits: { message: aMinute(1) } })
  const content = JSON.stringify(cardJson('x'))
  const { data } = await send(feishu.p2p().id, { msg_type: 'interactive', content })
  const patch = () => call('PATCH', `/im/v1/messages/${data.message_id}`, { content })
  expect((await patch()).code).toBe(0)
  expect(await patch()).toMatchObject({ status: 400, code: 230020 })
})

test('without limits nothing is too often; the platform has its own', async () => {
  const { feishu, send } = await startWithBot()
  const chat = feishu.p2p()
  const answers = await Promise.all(Array.from({ length: 100 }, () => send(chat.id, text('x'))))
  expect(answers.every(({ code }) => code === 0)).toBe(true)
  expect(platformLimits).toMatchObject({ chat: { calls: 5, perMs: 1000 }, card: { calls: 10, perMs: 1000 } })
})
