import { setTimeout as sleep } from 'node:timers/promises'
import { close, connect } from '@waystation/redis'
import {
  type FeishuChat,
  type FeishuSimulator,
  type Station,
  type StationProcess,
  startStation,
  telegramUpdate,
} from '@waystation/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { commandLines } from './command-lines.ts'
import { count, gatherCrowd, gatherFeishuCrowd, tally } from './crowd.ts'

/** Feishu's, the shortest of all platforms that post to us. */
const PATIENCE_MS = 3_000
/** The longest that a worker's death may delay its conversations. */
const RECOVERY_MS = 10_000
/** Telegram's pauses between attempts at the webhook, ten times shorter. */
const retryFactor = 0.1

test('two thousand messages are answered once and in order while a worker is killed every second', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 3, sender: 1 },
    model: { durationMs: 200 },
  })
  const crowd = gatherCrowd(station.telegram, 200)
  const workers = station.of('inference')
  const replaced: Promise<StationProcess>[] = []
  for (let round = 0; round < 10; round += 1) {
    crowd.sayNext()
    await sleep(1_000)
    await vi.waitUntil(() => workers.length > 0, { timeout: 30_000 })
    await workers.shift()?.kill()
    replaced.push(station.start('inference'))
    void replaced.at(-1)?.then(next => workers.push(next))
  }
  await Promise.all(replaced)
  await station.settled()
  expect(crowd.tally()).toEqual({ wrong: [], doubled: 0 })
})

test('a worker that dies delays its conversations by at most ten seconds', async () => {
  const durationMs = 2_000
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 2, sender: 1 },
    model: { durationMs },
  })
  const { telegram, model } = station
  const crowd = gatherCrowd(telegram, 30)
  crowd.sayNext()
  await vi.waitUntil(() => model.active() === 30, { timeout: 30_000 })
  const [worker] = station.of('inference')
  await worker?.kill()
  const killedAt = Date.now()
  await station.settled()
  expect(crowd.tally()).toEqual({ wrong: [], doubled: 0 })
  expect(model.requests.filter(({ aborted }) => aborted)).not.toEqual([])
  const lastAt = Math.max(...telegram.sent.map(({ at }) => at))
  expect(lastAt - killedAt).toBeLessThan(RECOVERY_MS + durationMs)
})

test('what a gateway acknowledged outlives the sudden death of Redis, and until it is back the gateway says 503 at once', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 2, inference: 2, sender: 1 },
    telegram: { retryFactor: 0.5 },
    model: { durationMs: 100 },
  })
  const { telegram, redis } = station
  const crowd = gatherCrowd(telegram, 50)
  for (let outage = 1; outage <= 3; outage += 1) {
    crowd.sayNext()
    crowd.sayNext()
    await vi.waitUntil(() => telegram.sent.length > outage * 20, { timeout: 30_000 })
    crowd.sayNext()
    await redis.kill()
    const before = telegram.webhookAttempts.length
    crowd.sayNext()
    const asked = telegramUpdate({ text: 'hello', chat: 42, messageId: outage })
    expect(await telegram.deliver(asked, { times: 10 })).toEqual(Array(10).fill(503))
    const attempts = telegram.webhookAttempts.slice(before).filter(({ durationMs }) => durationMs > 0)
    expect(new Set(attempts.map(({ status }) => status))).toEqual(new Set([503]))
    expect(Math.max(...attempts.map(({ durationMs }) => durationMs))).toBeLessThan(PATIENCE_MS)
    await redis.restart()
  }
  await station.settled()
  const { wrong, doubled } = crowd.tally()
  expect(wrong).toEqual([])
  expect(doubled).toBeLessThanOrEqual(await doubtful(station))
  expect(telegram.texts(42)).toEqual([])
})

test('while Redis hangs the gateway says 503 within the patience of a platform, and nothing is lost when it goes on', async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 1, sender: 1 },
    telegram: { retryFactor },
    model: { durationMs: 100 },
  })
  const { telegram, redis } = station
  const { port } = new URL(redis.url)
  const [redisPid] =
    commandLines().find(([, words]) => words.includes('redis-server') && words.includes(`:${port}`)) ?? []
  if (redisPid === undefined) return expect.unreachable()
  const crowd = gatherCrowd(telegram, 30)
  crowd.sayNext()
  await vi.waitUntil(() => telegram.sent.length > 0, { timeout: 30_000 })
  process.kill(redisPid, 'SIGSTOP')
  crowd.sayNext()
  const askedAt = Date.now()
  const asked = telegramUpdate({ text: 'hello', chat: 42 })
  expect(await telegram.deliver(asked, { times: 5 })).toEqual([503, 503, 503, 503, 503])
  expect(Date.now() - askedAt).toBeLessThan(PATIENCE_MS)
  process.kill(redisPid, 'SIGCONT')
  await station.settled()
  const { wrong, doubled } = crowd.tally()
  expect(wrong).toEqual([])
  expect(doubled).toBeLessThanOrEqual(await doubtful(station))
})

test('a full Redis takes nothing more and is named in the log; what it took before is answered once there is room', async () => {
  await using station = await startStation({ telegram: { retryFactor } })
  const { telegram, redis } = station
  const admin = await connect(redis.url, 'worker')
  onTestFinished(() => close(admin))
  const chat = telegram.privateChat()
  chat.say('one')
  await station.settled()
  await admin.config('SET', 'maxmemory', '1mb')
  chat.say('two')
  await vi.waitUntil(() => telegram.webhookAttempts.some(({ status }) => status === 503), { timeout: 30_000 })
  const line = '"errorCode":"unavailable","hint":"Redis did not take the message (OOM)"'
  await vi.waitUntil(() => station.output.includes(line), { timeout: 30_000 })
  await admin.config('SET', 'maxmemory', '0')
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['re: one', 're: two'])
})

// What follows mostly waits for the dead to be missed: all at a time.

test.concurrent('a sender killed between the parts of long replies: no part is missing, and a doubled one was counted as doubtful', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 1, sender: 1 },
    model: { answer: () => count(4_000) },
  })
  const { telegram } = station
  let [doubles, counted] = [0, 0]
  for (let round = 0; round < 2; round += 1) {
    telegram.fault('sendMessage', { delayMs: 20, when: 'after' }, { times: 150 })
    const chats = Array.from({ length: 30 }, () => telegram.privateChat())
    const before = telegram.sent.length
    for (const chat of chats) chat.say('a long story')
    await vi.waitUntil(() => telegram.sent.length >= before + 75, { timeout: 30_000 })
    const [sender] = station.of('sender')
    await sender?.kill()
    expect(tally(telegram, chats, 4_000).wrong).not.toEqual([])
    await station.start('sender')
    await station.settled()
    const { wrong, doubled } = tally(telegram, chats, 4_000)
    expect(wrong).toEqual([])
    doubles += doubled
    // Of the sender that was started last, when it has met all parts that are in doubt; none before it met any since.
    counted += await doubtful(station)
    expect(doubles).toBeLessThanOrEqual(counted)
  }
})

test.concurrent('all processes of a kind are killed under load and started again', { timeout: 120_000 }, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 2, inference: 2, sender: 2 },
    telegram: { retryFactor },
    model: { durationMs: 300 },
  })
  const crowd = gatherCrowd(station.telegram, 30)
  {
    using _talking = crowd.talk(200)
    // The senders last: those that are there at the end count what is in doubt.
    for (const kind of ['inference', 'gateway-telegram', 'sender']) {
      await sleep(500)
      const killed = station.of(kind)
      await Promise.all(killed.map(process => process.kill()))
      await Promise.all(killed.map(station.replace))
    }
  }
  await station.settled()
  const { wrong, doubled } = crowd.tally()
  expect(wrong).toEqual([])
  expect(doubled).toBeLessThanOrEqual(await doubtful(station))
})

test.concurrent('the gateway that polls is killed, and another polls on from where it came to', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 2, inference: 1, sender: 1 },
    telegram: { mode: 'polling' },
  })
  const { telegram } = station
  const crowd = gatherCrowd(telegram, 30)
  {
    using _talking = crowd.talk(100)
    await vi.waitUntil(() => telegram.sent.length > 100, { timeout: 30_000 })
    // Whichever of the two it is that polls, and then the one that took over.
    for (const gateway of station.of('gateway-telegram')) {
      await gateway.kill()
      await station.start('gateway-telegram')
    }
  }
  await station.settled()
  expect(crowd.tally()).toEqual({ wrong: [], doubled: 0 })
  expect(telegram.calls.filter(({ method, status }) => method === 'getUpdates' && status === 409)).toEqual([])
})

test.concurrent('what was acknowledged to Feishu outlives the sudden death of Redis, and until it is back Feishu hears 503 and pushes again', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    telegram: 'none',
    // After 0.15 s, 3 s, 36 s.
    feishu: { retryFactor: 0.01 },
    processes: { 'gateway-feishu': 2, inference: 2, sender: 1 },
    model: { durationMs: 500 },
  })
  const { feishu, redis } = station
  const crowd = gatherFeishuCrowd(feishu, 40)
  for (let outage = 1; outage <= 2; outage += 1) {
    const before = feishu.sent.length
    crowd.sayNext()
    await vi.waitUntil(() => feishu.sent.length >= before + 10, { timeout: 30_000 })
    await allTaken(feishu)
    await redis.kill()
    const from = feishu.pushes.length
    crowd.sayNext()
    await vi.waitUntil(() => feishu.pushes.slice(from).filter(({ status }) => status === 503).length >= 40, {
      timeout: 30_000,
    })
    expect(Math.max(...feishu.pushes.slice(from).map(({ durationMs }) => durationMs))).toBeLessThan(PATIENCE_MS)
    await redis.restart()
    await allTaken(feishu)
  }
  await station.settled()
  expect(crowd.tally()).toEqual({ wrong: [], doubled: 0 })
})

test.concurrent('a sender killed between the parts of long replies in Feishu: no part is missing, and none is doubled', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: {},
    processes: { 'gateway-feishu': 1, inference: 1, sender: 1 },
    // Four parts.
    model: { answer: () => count(12_000) },
  })
  const { feishu } = station
  feishu.fault('reply', { delayMs: 100, when: 'after' }, { times: 60 })
  const chats = Array.from({ length: 20 }, () => feishu.p2p())
  for (const chat of chats) chat.say('a long story')
  await vi.waitUntil(() => feishu.sent.length >= 40, { timeout: 30_000 })
  for (const sender of station.of('sender')) await sender.kill()
  expect(tally(feishu, chats, 12_000).wrong).not.toEqual([])
  await station.start('sender')
  await station.settled()
  expect(tally(feishu, chats, 12_000)).toEqual({ wrong: [], doubled: 0 })
  for (const chat of chats) expect(feishu.texts(chat)).toHaveLength(feishu.texts(chats[0]?.id ?? '').length)
})

test.concurrent('whoever writes while the long connections are cut, and gateways and Redis killed, is answered once', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: {
      mode: 'websocket',
      retryFactor: 0.02,
      connection: { reconnectSeconds: 1, reconnectJitterSeconds: 0 },
    },
    processes: { 'gateway-feishu': 2, inference: 1, sender: 1 },
  })
  const { feishu, redis } = station
  const chats: FeishuChat[] = []
  const write = () => {
    const chat = feishu.p2p()
    chats.push(chat)
    chat.say('hello')
  }
  const writing = setInterval(write, 20)
  try {
    for (const gateway of station.of('gateway-feishu')) {
      await vi.waitUntil(() => feishu.connections() === 2, { timeout: 30_000 })
      await sleep(300)
      feishu.cutConnections()
      await vi.waitUntil(() => feishu.connections() === 2, { timeout: 30_000 })
      await sleep(300)
      await gateway.kill()
      await station.start('gateway-feishu')
    }
    // What no gateway could keep it must not have acknowledged.
    await redis.kill()
    await sleep(300)
    await redis.restart()
  } finally {
    clearInterval(writing)
  }
  await station.settled()
  expect(feishu.pushes.filter(({ status }) => status === 0)).not.toEqual([])
  for (const chat of chats) expect(feishu.texts(chat)).toEqual(['re: hello'])
  expect(feishu.sent).toHaveLength(chats.length)
})

const allTaken = async (feishu: FeishuSimulator): Promise<void> => {
  await vi.waitUntil(() => feishu.unfinished().events === 0, { timeout: 60_000 })
}

const doubtful = async (station: Station): Promise<number> =>
  (await station.metrics()).sum('waystation_parts_total', { outcome: 'doubtful' })
