import { type FeishuChat, type FeishuSimulator, feishuEvent, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { count } from './crowd.ts'

const idOf = (event: { event: { message: { message_id: string } } }) => event.event.message.message_id

test.concurrent('a question taken back before the answer began gets none, and neither does one that comes after its recall', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: {},
    model: { firstTokenMs: 20_000, durationMs: 20_000 },
  })
  const { feishu, model } = station
  const chat = feishu.p2p()
  const question = chat.say('hello')
  await vi.waitUntil(() => feishu.reactions.length === 1, { timeout: 30_000 })
  chat.recall(idOf(question))
  await vi.waitUntil(() => model.requests[0]?.aborted, { timeout: 30_000 })
  Object.assign(model.manner, { firstTokenMs: 0, durationMs: 0 })

  const overtaken = feishuEvent(feishu.app, { text: 'never mind', chat: chat.id, messageId: 'om_overtaken' })
  feishu.push({ type: 'im.message.recalled_v1', event: { message_id: 'om_overtaken', chat_id: chat.id } })
  await vi.waitUntil(() => feishu.unfinished().events === 0, { timeout: 30_000 })
  expect(await feishu.deliver(overtaken)).toEqual([200])
  await station.settled()
  expect(await feishu.deliver(question)).toEqual([200])
  await station.settled()
  expect(feishu.sent).toEqual([])

  // The conversation goes on; and what was answered stays.
  const last = chat.say('and now?')
  await station.settled()
  chat.recall(idOf(last))
  await station.settled()
  expect(feishu.texts(chat)).toEqual(['re: and now?'])
  expect(JSON.stringify(model.requests.at(-1)?.messages)).not.toContain('hello')
  expect(model.requests).toHaveLength(2)
})

test.concurrent('a question taken back while its answer grows takes the card with it, in a chat and in a topic', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: {},
    processes: { 'gateway-feishu': 1, inference: 1, sender: 1 },
    model: { answer: () => count(400), chunks: 400, durationMs: 40_000 },
  })
  const { feishu, model } = station
  const group = feishu.group()
  const chats = [feishu.p2p(), group, group.topic(), feishu.p2p().topic()]
  const asked = chats.map(chat => ({ chat, question: idOf(chat.say('count')) }))
  await vi.waitUntil(() => chats.every(chat => feishu.texts(chat).length === 1), { timeout: 30_000 })
  await vi.waitUntil(() => feishu.cards.every(({ updates }) => updates.length > 0), { timeout: 30_000 })
  for (const { chat, question } of asked) chat.recall(question)
  await station.settled()
  for (const chat of chats) expect(feishu.texts(chat)).toEqual([])
  expect(feishu.cards.filter(({ streaming }) => streaming)).toEqual([])
  expect(model.requests.filter(({ aborted }) => aborted)).toHaveLength(4)

  model.manner.durationMs = 0
  for (const chat of chats) chat.say('count')
  await station.settled()
  for (const chat of chats) expect(feishu.texts(chat)).toEqual([count(400)])
})

test.concurrent('of several questions one is taken back: the others are answered, be it early or late', async () => {
  await using station = await startStation({ telegram: 'none', feishu: {}, model: { chunks: 20, durationMs: 2_000 } })
  const { feishu, model } = station
  const [early, late] = [feishu.p2p(), feishu.p2p()]
  for (const chat of [early, late]) chat.say('zero')
  await vi.waitUntil(() => model.active() === 2, { timeout: 30_000 })
  const sayAll = async (chat: FeishuChat) => {
    const asked: string[] = []
    for (const word of ['one', 'two', 'three']) {
      asked.push(idOf(chat.say(word)))
      await taken(feishu)
    }
    return asked
  }
  const [, second = ''] = await sayAll(early)
  early.recall(second)
  model.fault({ kind: 'manner', durationMs: 5_000 }, { times: 2 })
  const [, lateSecond = ''] = await sayAll(late)
  await vi.waitUntil(() => feishu.texts(late).length === 2, { timeout: 30_000 })
  late.recall(lateSecond)
  await station.settled()
  const read = (chat: FeishuChat) =>
    feishu
      .texts(chat)
      .join(' ')
      .match(/zero|one|two|three/g)
  expect(read(early)).toEqual(['zero', 'one', 'three'])
  expect(read(late)).toEqual(['zero', 'one', 'three'])
  for (const chat of [early, late]) expect(feishu.texts(chat)).toHaveLength(2)
  expect(feishu.cards.filter(({ streaming }) => streaming)).toEqual([])
})

test.concurrent('a question is taken back while nobody can send: what stands of its answer goes all the same', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: {},
    processes: { 'gateway-feishu': 1, inference: 1, sender: 1 },
    model: { answer: () => count(400), chunks: 400, durationMs: 40_000 },
  })
  const { feishu } = station
  const chats = Array.from({ length: 5 }, () => feishu.p2p())
  const [unsent, untold, unread, unchanged] = chats.map(({ id }) => id)
  feishu.fault('reply', { delayMs: 8_000, when: 'before' }, { chat: unsent ?? '' })
  feishu.fault('reply', { delayMs: 8_000, when: 'after' }, { chat: untold ?? '' })
  feishu.fault('updateElement', { delayMs: 8_000, when: 'before' }, { chat: unread ?? '' })
  feishu.fault('updateElement', { delayMs: 8_000, when: 'after' }, { chat: unchanged ?? '' })
  const asked = chats.map(chat => ({ chat, question: idOf(chat.say('count')) }))
  const isHeld = (chat?: string) => feishu.calls.some(call => call.chat === chat && call.status === undefined)
  await vi.waitUntil(() => [unsent, untold, unread, unchanged].every(isHeld), { timeout: 30_000 })
  await vi.waitUntil(() => feishu.cards.some(({ chat, updates }) => chat === chats[4]?.id && updates.length > 0), {
    timeout: 30_000,
  })
  for (const sender of station.of('sender')) await sender.kill()
  for (const { chat, question } of asked) chat.recall(question)
  await taken(feishu)
  await station.start('sender')
  await station.settled()
  for (const [index, chat] of chats.entries())
    expect({ index, texts: feishu.texts(chat) }).toEqual({ index, texts: [] })
  expect(feishu.cards.filter(({ streaming, messageId }) => streaming && messageId)).toEqual([])
})

const taken = async (feishu: FeishuSimulator): Promise<void> => {
  await vi.waitUntil(() => feishu.unfinished().events === 0, { timeout: 30_000 })
}
