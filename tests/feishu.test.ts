import { startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { count } from './crowd.ts'

test.concurrent('who waits sees that somebody works on it, until the answer begins; who need not wait sees nothing of the kind', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: {},
    model: { answer: () => count(60), chunks: 20, firstTokenMs: 1_500, durationMs: 3_500 },
  })
  const { feishu, model } = station
  const group = feishu.group()
  const { message_id } = group.say('count').event.message
  await vi.waitUntil(() => feishu.reactions.length > 0, { timeout: 30_000 })
  expect(feishu.sent).toEqual([])
  expect(feishu.reactions).toMatchObject([{ messageId: message_id, emoji: 'Typing' }])
  await station.settled()
  const called = feishu.calls.map(({ endpoint }) => endpoint)
  expect(called.indexOf('reply')).toBeLessThan(called.indexOf('unreact'))
  expect(called.indexOf('unreact')).toBeLessThan(called.indexOf('updateCard'))
  expect(feishu.reactions[0]?.removedAt).toBeDefined()
  expect(feishu.texts(group)).toEqual([count(60)])
  const seen = feishu.cards[0]?.updates.map(({ text }) => text) ?? []
  expect(seen.length).toBeGreaterThan(1)
  for (const text of seen) expect(count(60)).toContain(text)

  Object.assign(model.manner, { firstTokenMs: 0, durationMs: 0 })
  group.say('once more')
  await station.settled()
  expect(feishu.reactions).toHaveLength(1)
})

test.concurrent('whoever meets the bot is greeted once, in a chat of their own and in a group', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: {},
    processes: { 'gateway-feishu': 2, inference: 1, sender: 1 },
    settings: { cache: { minutes: 0 } },
  })
  const { feishu, model } = station
  const [chat, group] = [feishu.p2p(), feishu.group()]
  for (let time = 1; time <= 3; time += 1) chat.enter()
  const added = group.addBot()
  expect(await feishu.deliver(added, { times: 3 })).toEqual([200, 200, 200])
  await station.settled()
  for (const place of [chat, group]) {
    expect(feishu.texts(place)).toEqual([expect.stringMatching(/^Hello! I am Waystation\./)])
    place.say('hello')
  }
  chat.enter()
  group.shut()
  group.reopen()
  await station.settled()
  for (const place of [chat, group]) expect(feishu.texts(place)).toEqual([expect.any(String), 're: hello'])
  expect(model.requests).toHaveLength(2)
})

test.concurrent('with FEISHU_REPLY_STYLE=text answers come whole and without cards', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: {},
    model: { answer: () => `**${count(60)}**`, chunks: 10, firstTokenMs: 1_200, durationMs: 2_500 },
    env: { FEISHU_REPLY_STYLE: 'text' },
  })
  const { feishu } = station
  const [chat, plain] = [feishu.p2p(), feishu.p2p()]
  feishu.fault('reply', { code: 230001 }, { chat: plain.id })
  for (const asked of [chat, plain]) asked.say('count')
  await station.settled()
  expect(feishu.sent.map(({ type }) => type).sort()).toEqual(['post', 'text'])
  for (const asked of [chat, plain]) expect(feishu.texts(asked)).toEqual([expect.stringContaining(count(60))])
  expect(feishu.sent.flatMap(({ edits, buttons }) => [...edits, ...buttons])).toEqual([])
  expect(feishu.cards).toEqual([])
  expect(feishu.reactions).toHaveLength(2)
  for (const { removedAt } of feishu.reactions) expect(removedAt).toBeDefined()
})

test.concurrent('an app that may only read and send answers all the same, and without a pause', async () => {
  const scopes = ['im:message.p2p_msg:readonly', 'im:message:send_as_bot']
  await using station = await startStation({
    telegram: 'none',
    feishu: { apps: [{ scopes }] },
    model: { answer: () => count(60), chunks: 10, firstTokenMs: 1_500, durationMs: 2_500 },
  })
  const { feishu } = station
  const chat = feishu.p2p()
  chat.say('count')
  // An app that is refused is tried again after a minute.
  await station.settled(30_000)
  expect(feishu.texts(chat)).toEqual([count(60)])
  expect(new Set(feishu.calls.filter(({ code }) => code === 99991672).map(({ endpoint }) => endpoint))).toEqual(
    new Set(['react', 'createCard']),
  )
})
