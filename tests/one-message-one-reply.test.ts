import { feishuEvent, startStation, telegramUpdate } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { openSession, readUntil, say } from './web-session.ts'

test.concurrent('an update delivered five times over two gateways, and five times more later, gets one reply', async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 2, inference: 1, sender: 1 },
    telegram: { retryFactor: 0.1 },
    model: { durationMs: 500 },
  })
  const { telegram } = station
  const update = telegramUpdate({ text: 'hello', chat: 42 })
  expect(await telegram.deliver(update, { times: 5 })).toEqual([200, 200, 200, 200, 200])
  await vi.waitUntil(() => station.model.active() === 1, { timeout: 30_000 })
  expect(await telegram.deliver(update, { times: 5 })).toEqual([200, 200, 200, 200, 200])
  await station.settled()
  expect(await telegram.deliver(update, { times: 5 })).toEqual([200, 200, 200, 200, 200])
  const metrics = await station.metrics()
  expect(metrics.sum('waystation_messages_received_total', { channel: 'telegram' })).toBe(1)
  expect(metrics.sum('waystation_messages_duplicated_total', { channel: 'telegram' })).toBe(14)

  // A gateway knows nothing by itself: another in its place knows as much.
  for (const gateway of station.of('gateway-telegram')) {
    await gateway.kill()
    await station.replace(gateway)
  }
  expect(await telegram.deliver(update, { times: 4 })).toEqual([200, 200, 200, 200])
  await station.settled()
  expect(telegram.texts(42)).toEqual(['re: hello'])
  expect(station.model.requests).toHaveLength(1)
})

test.concurrent('an event of Feishu pushed five times over two gateways, and five times more later, gets one reply', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: {},
    processes: { 'gateway-feishu': 2, inference: 1, sender: 1 },
    model: { durationMs: 500 },
  })
  const { feishu } = station
  const chat = feishu.p2p()
  // Each push is encrypted and signed anew; and the platform may give the same message another event's id.
  const event = feishuEvent(feishu.app, { text: 'hello', chat: chat.id })
  const again = feishuEvent(feishu.app, { text: 'hello', chat: chat.id, eventId: 'f'.repeat(32) })
  expect(await feishu.deliver(event, { times: 5 })).toEqual([200, 200, 200, 200, 200])
  await vi.waitUntil(() => station.model.active() === 1, { timeout: 30_000 })
  expect(await feishu.deliver(again, { times: 5 })).toEqual([200, 200, 200, 200, 200])
  await station.settled()
  expect(await feishu.deliver(event, { times: 5 })).toEqual([200, 200, 200, 200, 200])
  const metrics = await station.metrics()
  expect(metrics.sum('waystation_messages_received_total', { channel: 'feishu' })).toBe(1)
  expect(metrics.sum('waystation_messages_duplicated_total', { channel: 'feishu' })).toBe(14)

  for (const gateway of station.of('gateway-feishu')) {
    await gateway.kill()
    await station.replace(gateway)
  }
  expect(await feishu.deliver(event, { times: 4 })).toEqual([200, 200, 200, 200])
  await station.settled()
  expect(feishu.texts(chat)).toEqual(['re: hello'])
  expect(feishu.sent).toHaveLength(1)
  expect(station.model.requests).toHaveLength(1)
})

test.concurrent('an event that Feishu pushes until its fifth and last time, after six hours, is answered once', async () => {
  await using station = await startStation({
    telegram: 'none',
    // After 5 ms, 90 ms, 1 s and 6 s.
    feishu: { retryFactor: 0.0003 },
    processes: { 'gateway-feishu': 2, inference: 1, sender: 1 },
  })
  const { feishu, redis } = station
  const [chat, other] = [feishu.p2p(), feishu.p2p()]
  const gateways = station.of('gateway-feishu').map(({ origin }) => origin)
  const statusesOf = ({ header }: { header: { event_id: string } }) =>
    feishu.pushes.filter(({ eventId }) => eventId === header.event_id).map(({ status }) => status)

  feishu.setFront([])
  const unheard = chat.say('is anybody there?')
  await vi.waitUntil(() => statusesOf(unheard).length === 4, { timeout: 30_000 })
  feishu.setFront(gateways)
  await redis.kill()
  const refused = other.say('and now?')
  await vi.waitUntil(() => statusesOf(refused).length === 4, { timeout: 30_000 })
  await redis.restart()
  await station.settled()
  expect(statusesOf(unheard)).toEqual([0, 0, 0, 0, 200])
  expect(statusesOf(refused)).toEqual([503, 503, 503, 503, 200])
  expect(feishu.texts(chat)).toEqual(['re: is anybody there?'])
  expect(feishu.texts(other)).toEqual(['re: and now?'])
})

test.concurrent('an event that was taken though Feishu heard nothing of it, and so pushes again, is answered once', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: { retryFactor: 0.0002 },
    processes: { 'gateway-feishu': 2, inference: 1, sender: 1 },
  })
  const { feishu } = station
  const chat = feishu.p2p()
  const gateways = station.of('gateway-feishu')
  // They take in what comes, and answer nobody within the three seconds.
  for (const { pid } of gateways) process.kill(pid, 'SIGSTOP')
  const { header } = chat.say('hello')
  const pushes = () => feishu.pushes.filter(({ eventId }) => eventId === header.event_id)
  await vi.waitUntil(() => pushes().length === 3, { timeout: 30_000 })
  for (const { pid } of gateways) process.kill(pid, 'SIGCONT')
  await station.settled()
  expect(pushes().at(-1)?.status).toBe(200)
  expect((await station.metrics()).sum('waystation_messages_duplicated_total')).toBeGreaterThan(0)
  expect(feishu.texts(chat)).toEqual(['re: hello'])
})

test.concurrent('an edit of a message that was answered, however often it comes, changes nothing', async () => {
  await using station = await startStation()
  const { telegram } = station
  const message = { chat: 42, messageId: 7 }
  await telegram.deliver(telegramUpdate({ ...message, text: 'hello' }))
  await station.settled()
  const edit = telegramUpdate({ ...message, text: 'hello!', updateId: 2, edited: true })
  expect(await telegram.deliver(edit, { times: 3 })).toEqual([200, 200, 200])
  await station.settled()
  expect(telegram.texts(42)).toEqual(['re: hello'])
  expect((await station.metrics()).sum('waystation_messages_amended_total', { outcome: 'too_late' })).toBe(3)
})

test.concurrent('a worker that comes back from a long sleep does not answer again what another has answered', async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 1, sender: 1 },
    model: { durationMs: 1_000 },
  })
  const chat = station.telegram.privateChat()
  const [sleeper] = station.of('inference')
  if (!sleeper) return expect.unreachable()
  chat.say('hello')
  await vi.waitUntil(() => station.model.active() === 1, { timeout: 30_000 })
  process.kill(sleeper.pid, 'SIGSTOP')
  await station.start('inference')
  await vi.waitUntil(() => station.telegram.texts(chat).length > 0, { timeout: 30_000 })
  process.kill(sleeper.pid, 'SIGCONT')
  // It finds out that it came too late, or that its connection to Redis did not wait for it.
  const foundOut = async () => {
    const metrics = await station.metrics()
    const superseded = metrics.sum('waystation_turns_total', { outcome: 'superseded' })
    return superseded + metrics.sum('waystation_errors_total', { where: 'inference' }) > 0
  }
  await vi.waitUntil(foundOut, { timeout: 30_000 })
  chat.say('and now?')
  await station.settled()
  expect(station.telegram.texts(chat)).toEqual(['re: hello', 're: and now?'])
})

test.concurrent('a message posted five times in the web chat is shown and answered once', async () => {
  await using station = await startStation()
  const session = await openSession(station.web)
  const id = 'c0ffee00-0000-4000-8000-000000000001'
  const posts = await Promise.all(Array.from({ length: 5 }, () => say(session, 'hello', id)))
  expect(posts.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202])
  await station.settled()
  expect((await say(session, 'hello', id)).status).toBe(202)
  await say(session, 'and now?')
  const shown = await readUntil(session, 're: and now?')
  const texts = shown.filter(({ type, state }) => type === 'message' || state === 'final').map(({ text }) => text)
  expect(texts).toEqual(['hello', 're: hello', 'and now?', 're: and now?'])
})
