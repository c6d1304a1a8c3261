import { setTimeout as sleep } from 'node:timers/promises'
import { type ModelSimulator, startModel, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { gatherCrowd } from './crowd.ts'
import { layWire } from './wire.ts'

/** Until every worker knows that an endpoint is out of order. */
const KNOWN_WITHIN_MS = 5_000
/** So long nobody asks it at all; then one tries. */
const LEFT_ALONE_MS = 10_000

const processes = { 'gateway-telegram': 1, inference: 3, sender: 1 }
const env = { KEY: 'right', WRONG_KEY: 'wrong' }

/** What waystation.yaml says of a simulator. */
const endpoint = ({ baseUrl, model }: ModelSimulator, more: object) => ({ baseUrl, model, apiKeyEnv: 'KEY', ...more })

test('the primary model dies in the middle of its answers: each message is answered once, no worker asks it any more, and it is asked again when it is back', {
  timeout: 120_000,
}, async () => {
  await using primary = await startModel({ durationMs: 600, chunks: 12 })
  await using standIn = await startModel({ durationMs: 200 })
  await using wire = await layWire(primary.baseUrl)
  await using station = await startStation({
    processes,
    env,
    model: 'none',
    settings: {
      models: {
        endpoints: [
          endpoint({ ...primary, baseUrl: wire.address }, { name: 'primary', tier: 'commercial' }),
          endpoint(standIn, { name: 'stand-in', tier: 'local' }),
        ],
      },
      routing: { default: 'commercial', rules: [] },
      cache: { minutes: 0 },
    },
  })
  const { telegram } = station
  const crowd = gatherCrowd(telegram, 30)
  /** On how many workers the primary's breaker is open. */
  const open = async () => (await station.metrics()).sum('waystation_breaker_open', { endpoint: 'primary' })
  {
    using _talking = crowd.talk(500)
    await vi.waitUntil(() => telegram.sent.length > 30 && primary.active() > 10, { timeout: 30_000 })
    wire.cut()
    const cutAt = Date.now()
    await vi.waitUntil(async () => (await open()) === processes.inference, { timeout: KNOWN_WITHIN_MS })
    await sleep(cutAt + KNOWN_WITHIN_MS + 3_000 - Date.now())
    const tried = wire.triedAt.map(at => at - cutAt)
    expect(tried.filter(ms => ms > KNOWN_WITHIN_MS && ms < LEFT_ALONE_MS)).toEqual([])
    expect(primary.requests.some(({ aborted }) => aborted)).toBe(true)
    expect(standIn.requests.length).toBeGreaterThan(60)

    wire.mend()
    primary.forget()
    await vi.waitUntil(async () => (await open()) === 0 && primary.requests.length > 60, { timeout: 60_000 })
  }
  await station.settled()
  expect(crowd.tally()).toEqual({ wrong: [], doubled: 0 })

  // On every worker.
  standIn.forget()
  crowd.sayNext()
  await station.settled()
  expect(standIn.requests).toEqual([])
  expect(crowd.tally()).toEqual({ wrong: [], doubled: 0 })
})

test('a wrong key is tried once, is counted, and the others of its tier answer, by their weights', async () => {
  await using wrong = await startModel({ apiKey: 'right' })
  await using heavy = await startModel({ apiKey: 'right', answer: () => 'heavy' })
  await using light = await startModel({ apiKey: 'right', answer: () => 'light' })
  await using station = await startStation({
    processes,
    env,
    model: 'none',
    settings: {
      models: {
        endpoints: [
          endpoint(wrong, { name: 'wrong', tier: 'commercial', apiKeyEnv: 'WRONG_KEY', weight: 1_000_000 }),
          endpoint(heavy, { name: 'heavy', tier: 'commercial', weight: 3 }),
          endpoint(light, { name: 'light', tier: 'commercial' }),
        ],
      },
      routing: { default: 'commercial', rules: [] },
      cache: { minutes: 0 },
    },
  })
  const { telegram } = station
  const calls = async (labels: Record<string, string>) =>
    (await station.metrics()).sum('waystation_model_calls_total', labels)
  telegram.privateChat().say('hello')
  await station.settled()
  expect(await calls({ endpoint: 'wrong', outcome: 'model_refuses_key' })).toBe(1)
  await sleep(KNOWN_WITHIN_MS)

  for (let i = 0; i < 199; i += 1) telegram.privateChat().say('hello')
  await station.settled()
  expect(await calls({ endpoint: 'wrong', outcome: 'model_refuses_key' })).toBe(1)
  const texts = telegram.sent.map(({ text }) => text)
  expect(texts).toHaveLength(200)
  // Three in four: 150, give or take six times the standard deviation.
  const byHeavy = texts.filter(text => text === 'heavy').length
  expect(byHeavy).toBeGreaterThan(113)
  expect(byHeavy).toBeLessThan(187)
  expect(texts.filter(text => text === 'light')).toHaveLength(200 - byHeavy)
})

test('three workers together ask an endpoint no more questions at once than it answers', async () => {
  const concurrency = 4
  let most = 0
  await using narrow: ModelSimulator = await startModel({
    durationMs: 100,
    answer: messages => {
      most = Math.max(most, narrow.active())
      return `re: ${messages.at(-1)?.content}`
    },
  })
  await using station = await startStation({
    processes,
    env,
    model: 'none',
    settings: {
      models: { endpoints: [endpoint(narrow, { name: 'narrow', tier: 'local', concurrency })] },
      cache: { minutes: 0 },
    },
  })
  const crowd = gatherCrowd(station.telegram, 60)
  crowd.sayNext()
  await vi.waitUntil(() => narrow.requests.length > 20, { timeout: 30_000 })
  crowd.sayNext()
  await station.settled()
  expect(crowd.tally()).toEqual({ wrong: [], doubled: 0 })
  expect(most).toBe(concurrency)
})
