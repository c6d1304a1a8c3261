import { setTimeout as sleep } from 'node:timers/promises'
import { startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { gatherCrowd, gatherFeishuCrowd } from './crowd.ts'

test.concurrent('while workers and senders come and go, and Telegram refuses now and then', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 2, inference: 1, sender: 1 },
    model: { durationMs: 150 },
  })
  const { telegram } = station
  const crowd = gatherCrowd(telegram, 50)
  for (let round = 0; round < 2; round += 1) {
    for (const kind of ['inference', 'sender']) {
      const [old] = station.of(kind)
      const [chat] = crowd.chats
      telegram.fault('sendMessage', { status: 500, description: 'Internal Server Error' }, { times: 5 })
      telegram.fault('sendMessage', { status: 429, parameters: { retry_after: 1 } }, { chat: chat?.id ?? 0 })
      crowd.sayNext()
      await station.start(kind)
      crowd.sayNext()
      await old?.kill('SIGTERM')
      crowd.sayNext()
    }
  }
  await station.settled()
  expect(crowd.tally()).toEqual({ wrong: [], doubled: 0 })
  expect(telegram.earlyCalls).toEqual([])
})

test.concurrent('while workers are killed, and cards in Feishu grow', { timeout: 120_000 }, async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: {},
    processes: { 'gateway-feishu': 2, inference: 2, sender: 2 },
    model: { durationMs: 300 },
  })
  const { feishu } = station
  const crowd = gatherFeishuCrowd(feishu, 60)
  for (let round = 0; round < 3; round += 1) {
    for (let message = 0; message < 2; message += 1) {
      crowd.sayNext()
      // Feishu pushes events side by side: only those that were taken before have an order.
      await vi.waitUntil(() => feishu.unfinished().events === 0, { timeout: 30_000 })
    }
    const [worker] = station.of('inference')
    await worker?.kill()
    await station.start('inference')
  }
  await station.settled()
  expect(crowd.tally()).toEqual({ wrong: [], doubled: 0 })
})

test.concurrent('a quick answer does not overtake a slow one of the same conversation, and waits for none of another', async () => {
  await using station = await startStation({ processes: { 'gateway-telegram': 1, inference: 2, sender: 2 } })
  const { telegram, model } = station
  const [slow, quick] = [telegram.privateChat(), telegram.privateChat()]
  model.fault({ kind: 'manner', durationMs: 5_000 })
  slow.say('one')
  await vi.waitUntil(() => model.active() === 1, { timeout: 30_000 })
  slow.say('two')
  quick.say('three')
  await vi.waitUntil(() => telegram.texts(quick).length > 0, { timeout: 30_000 })
  expect(telegram.texts(slow)).toEqual([])
  await station.settled()
  expect(telegram.texts(slow)).toEqual(['re: one', 're: two'])
})

test.concurrent('the reply after one that Telegram does not take yet waits its turn', async () => {
  await using station = await startStation()
  const { telegram } = station
  const chat = telegram.privateChat()
  const heal = telegram.fault('sendMessage', { status: 502, body: '<html>Bad Gateway</html>' }, { times: Infinity })
  chat.say('one')
  await vi.waitUntil(() => telegram.calls.some(({ status }) => status === 502), { timeout: 30_000 })
  chat.say('two')
  await vi.waitUntil(() => station.model.requests.length === 2, { timeout: 30_000 })
  await sleep(500)
  heal()
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['re: one', 're: two'])
})
