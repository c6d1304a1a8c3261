import { platformLimits, startStation } from '@waystation/testing'
import { expect, test } from 'vitest'
import { count, tally } from './crowd.ts'

test.concurrent('thirty answers that grow at once, and a long one, arrive whole within the limits of Feishu', {
  timeout: 120_000,
}, async () => {
  const LONG = 12_000
  await using station = await startStation({
    telegram: 'none',
    feishu: { limits: platformLimits },
    processes: { 'gateway-feishu': 1, inference: 1, sender: 2 },
    model: {
      answer: messages => count(messages.at(-1)?.content === 'long' ? LONG : 60),
      chunks: 100,
      durationMs: 6_000,
    },
  })
  const { feishu } = station
  const chats = Array.from({ length: 30 }, () => feishu.p2p())
  for (const chat of chats) chat.say('count')
  const patient = feishu.p2p()
  patient.say('long')
  await station.settled()
  for (const chat of chats) expect(feishu.texts(chat)).toEqual([count(60)])
  expect(tally(feishu, [patient], LONG)).toEqual({ wrong: [], doubled: 0 })
  expect(feishu.cards.filter(({ updates }) => updates.length > 0).length).toBeGreaterThan(chats.length / 2)
  expect(feishu.cards.filter(({ streaming }) => streaming)).toEqual([])
  // After a stall of the machine cards may change all at once: that is only progress.
  expect(feishu.earlyCalls.filter(({ endpoint }) => endpoint !== 'updateElement')).toEqual([])
})

test.concurrent('a limit that names its end is waited out to it, and one that names none for a second', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({ telegram: 'none', feishu: { limits: platformLimits } })
  const { feishu } = station
  const [named, unnamed, crowded] = [feishu.p2p(), feishu.p2p(), feishu.group()]
  feishu.fault('reply', { code: 230020 }, { chat: unnamed.id, times: 2 })
  // Five messages a second into one group: each in a topic of its own, so that all are answered at once.
  const topics = Array.from({ length: 12 }, () => crowded.topic())
  for (const topic of [...topics, unnamed]) topic.say('hello')
  await station.settled()
  feishu.fault('reply', { code: 99991400, headers: { 'x-ogw-ratelimit-reset': '3' } }, { chat: named.id })
  named.say('hello')
  await station.settled()
  for (const place of [...topics, named, unnamed]) expect(feishu.texts(place)).toEqual(['re: hello'])
  expect(feishu.sent).toHaveLength(14)
  expect(feishu.calls.filter(({ code }) => code === 230020).length).toBeGreaterThan(2)
  expect(feishu.earlyCalls).toEqual([])
})
