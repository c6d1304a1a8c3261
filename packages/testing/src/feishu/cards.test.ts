import { Client, LoggerLevel } from '@larksuiteoapi/node-sdk'
import { expect, test } from 'vitest'
import { button, byReference, card, cardJson, inTheFuture, startWithBot } from './bot.ts'

const streaming = { streaming_mode: true, summary: { content: '[生成中...]' } }
const table = '| a | b |\n| --- | --- |\n| 1 | 2 |\n\n'

async function start(options?: Parameters<typeof startWithBot>[0]) {
  const bot = await startWithBot(options)
  const create = (json: object) =>
    bot.call('POST', '/cardkit/v1/cards', { type: 'card_json', data: JSON.stringify(json) })
  const write = (id: unknown, fields: object, element = 'answer', app = bot.feishu.app) =>
    bot.call('PUT', `/cardkit/v1/cards/${id}/elements/${element}/content`, fields, app)
  const set = (id: unknown, config: object, sequence: number) =>
    bot.call('PATCH', `/cardkit/v1/cards/${id}/settings`, { settings: JSON.stringify({ config }), sequence })
  const replace = (id: unknown, json: object, sequence: number) =>
    bot.call('PUT', `/cardkit/v1/cards/${id}`, { card: { type: 'card_json', data: JSON.stringify(json) }, sequence })
  /** One that streams, without a message. */
  const open = async () => String((await create(cardJson('', { config: streaming }))).data.card_id)
  return { ...bot, create, write, set, replace, open }
}

test('the SDK streams a card to its end', async () => {
  const { feishu } = await startWithBot()
  const { appId, appSecret } = feishu.app
  const { im, cardkit } = new Client({ appId, appSecret, domain: feishu.baseUrl, loggerLevel: LoggerLevel.fatal })
  const chat = feishu.p2p()
  const json = cardJson('', { config: streaming, more: [button('Stop', { stop: true })] })
  const made = await cardkit.v1.card.create({ data: { type: 'card_json', data: JSON.stringify(json) } })
  const card_id = made.data?.card_id ?? ''
  expect(card_id.length).toBeLessThanOrEqual(20)
  const params = { receive_id_type: 'chat_id' as const }
  await im.message.create({ params, data: { receive_id: chat.id, ...byReference(card_id) } })
  expect(feishu.sent[0]).toMatchObject({ cardId: card_id, text: '', buttons: ['Stop'] })
  expect(feishu.cards[0]).toMatchObject({ chat: chat.id, messageId: feishu.sent[0]?.messageId, streaming: true })

  for (const [index, content] of ['春', '春眠', '春眠不觉晓'].entries()) {
    const path = { card_id, element_id: 'answer' }
    const done = await cardkit.v1.cardElement.content({
      path,
      data: { content, sequence: index + 1, uuid: `u${index}` },
    })
    expect(done.code).toBe(0)
    expect(feishu.texts(chat)).toEqual([content])
  }
  const settings = JSON.stringify({ config: { streaming_mode: false, summary: { content: '春眠不觉晓' } } })
  await cardkit.v1.card.settings({ path: { card_id }, data: { settings, sequence: 4 } })
  const data = JSON.stringify(cardJson('春眠不觉晓。'))
  await cardkit.v1.card.update({ path: { card_id }, data: { card: { type: 'card_json', data }, sequence: 5 } })
  expect(feishu.texts(chat)).toEqual(['春眠不觉晓。'])
  expect(feishu.cards[0]).toMatchObject({ streaming: false, sequence: 5, buttons: [] })
  expect(feishu.cards[0]?.updates.map(({ text }) => text)).toEqual(['春', '春眠', '春眠不觉晓', '春眠不觉晓。'])
  expect(feishu.sent[0]?.edits.map(({ text }) => text)).toEqual(['春', '春眠', '春眠不觉晓', '春眠不觉晓。'])
})

test('the sequence rises across all operations, whatever each of them is', async () => {
  const { write, set, replace, open } = await start()
  const id = await open()
  expect((await write(id, { content: 'a', sequence: 3 })).code).toBe(0)
  expect(await write(id, { content: 'b', sequence: 3 })).toMatchObject({ status: 400, code: 300317 })
  expect((await set(id, { streaming_mode: true }, 2)).code).toBe(300317)
  expect((await replace(id, cardJson('c', { config: streaming }), 10)).code).toBe(0)
  expect((await write(id, { content: 'd', sequence: 9 })).code).toBe(300317)
  expect((await write(id, { content: 'd', sequence: 11 })).code).toBe(0)
})

test('a refused operation leaves its sequence free', async () => {
  const { write, open } = await start()
  const id = await open()
  expect((await write(id, { content: 'a', sequence: 1 }, 'nothing')).code).toBe(300313)
  expect((await write(id, { content: 'a', sequence: 1 })).code).toBe(0)
})

test('the same uuid does the same thing once, and another thing never', async () => {
  const { feishu, write, open } = await start()
  const id = await open()
  const first = { content: 'a', sequence: 1, uuid: 'u' }
  expect((await write(id, first)).code).toBe(0)
  expect((await write(id, first)).code).toBe(0)
  expect((await write(id, { content: 'b', sequence: 2, uuid: 'u' })).code).toBe(200770)
  expect(feishu.cards[0]?.updates.map(({ text }) => text)).toEqual(['a'])
})

test('a card is sent once; the same uuid again is no second time', async () => {
  const { feishu, send, open } = await start()
  const chat = feishu.p2p()
  const id = await open()
  const first = await send(chat.id, { ...byReference(id), uuid: 'u1' })
  expect(first.code).toBe(0)
  expect((await send(chat.id, { ...byReference(id), uuid: 'u1' })).data).toEqual(first.data)
  expect(await send(chat.id, { ...byReference(id), uuid: 'u2' })).toMatchObject({ status: 400, code: 230099 })
  expect(feishu.sent).toHaveLength(1)
})

test('streaming ends by itself, and can be switched on again', async () => {
  const { feishu, write, set, open } = await start({ streamingLifeMs: 60_000 })
  const id = await open()
  expect((await write(id, { content: 'a', sequence: 1 })).code).toBe(0)
  inTheFuture(60_001)
  expect(feishu.cards[0]?.streaming).toBe(false)
  expect((await write(id, { content: 'ab', sequence: 2 })).code).toBe(300309)
  expect((await set(id, { streaming_mode: true }, 2)).code).toBe(0)
  expect((await write(id, { content: 'ab', sequence: 3 })).code).toBe(0)
  expect(feishu.cards[0]).toMatchObject({ streaming: true, text: 'ab' })
})

test('only the app that made a card writes or sends it', async () => {
  const { feishu, send, write, open } = await start({ apps: [{}, {}] })
  const [, other] = feishu.apps
  const id = await open()
  expect((await write(id, { content: 'a', sequence: 1 }, 'answer', other)).code).toBe(300311)
  const group = feishu.group({ members: feishu.apps })
  expect((await send(group.id, byReference(id), other)).code).toBe(300311)
})

type Started = Awaited<ReturnType<typeof start>>

test.each<[string, number, (bot: Started) => Promise<object>]>([
  ['an unknown card', 200740, ({ write }) => write('1', { content: 'a', sequence: 1 })],
  ['a card id too long', 10002, ({ write }) => write('1'.repeat(21), { content: 'a', sequence: 1 })],
  [
    'an expired card',
    200750,
    async ({ feishu, write, open }) => {
      const id = await open()
      feishu.expireCard(id)
      return write(id, { content: 'a', sequence: 1 })
    },
  ],
  ['an unknown card in a message', 200740, ({ feishu, send }) => send(feishu.p2p().id, byReference('1'))],
  ['a card of 1.0', 200220, ({ create }) => create({ elements: [] })],
  ['a card that is no JSON', 200220, ({ call }) => call('POST', '/cardkit/v1/cards', { type: 'card_json', data: '{' })],
  ['a template', 10002, ({ call }) => call('POST', '/cardkit/v1/cards', { type: 'template', data: '{}' })],
  ['a card above 30 KB', 200860, ({ create }) => create(cardJson('x'.repeat(31_000)))],
  [
    'text that makes it so',
    200860,
    async ({ write, open }) => write(await open(), { content: 'x'.repeat(31_000), sequence: 1 }),
  ],
  ['a card for each one', 300302, ({ create }) => create(cardJson('x', { config: { update_multi: false } }))],
  [
    'an element id twice',
    300301,
    ({ create }) => create(cardJson('x', { more: [{ tag: 'hr', element_id: 'answer' }] })),
  ],
  ['four tables', 230099, ({ create }) => create(cardJson(table.repeat(4)))],
  [
    'four streamed tables',
    230099,
    async ({ write, open }) => write(await open(), { content: table.repeat(4), sequence: 1 }),
  ],
  [
    'an image by address',
    200570,
    async ({ write, open }) => write(await open(), { content: '![](http://x.test)', sequence: 1 }),
  ],
  ['no text', 10002, async ({ write, open }) => write(await open(), { content: '', sequence: 1 })],
  [
    '100 001 characters',
    10002,
    async ({ write, open }) => write(await open(), { content: 'x'.repeat(100_001), sequence: 1 }),
  ],
  ['no sequence', 10002, async ({ write, open }) => write(await open(), { content: 'x' })],
  [
    'a sequence above int32',
    10002,
    async ({ write, open }) => write(await open(), { content: 'x', sequence: 2 ** 31 }),
  ],
  [
    'a long uuid',
    10002,
    async ({ write, open }) => write(await open(), { content: 'x', sequence: 1, uuid: 'u'.repeat(65) }),
  ],
  [
    'settings that are none',
    10002,
    async ({ call, open }) =>
      call('PATCH', `/cardkit/v1/cards/${await open()}/settings`, { settings: 'x', sequence: 1 }),
  ],
  [
    'streaming into a button',
    300310,
    async ({ create, write }) => {
      const { data } = await create(cardJson('', { config: streaming, more: [button('Stop', 1)] }))
      return write(data.card_id, { content: 'x', sequence: 1 }, 'stop')
    },
  ],
  [
    'streaming where it was never on',
    300309,
    async ({ create, write }) => write((await create(cardJson('x'))).data.card_id, { content: 'y', sequence: 1 }),
  ],
])('%s: %i', async (_, code, attempt) => {
  expect(await attempt(await start())).toMatchObject({ status: 400, code })
})

test('the table rule says why in its words', async () => {
  const { create } = await start()
  const { msg } = await create(cardJson(table.repeat(4)))
  expect(msg).toMatch(/ext=ErrCode: 11310; ErrMsg: card table number over limit/)
})

test('a card that was sent as it is has nothing to do with CardKit', async () => {
  const { feishu, send } = await start()
  await send(feishu.p2p().id, card(cardJson('x')))
  expect(feishu.cards).toEqual([])
  expect(feishu.sent[0]?.cardId).toBeUndefined()
})
