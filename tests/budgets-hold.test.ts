import { type ModelSimulator, startModel, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

const processes = { 'gateway-telegram': 1, inference: 3, sender: 1 }
/** A token of an answer costs one, and prompts nothing. */
const price = { prompt: 0, completion: 1_000_000 }
/** What an answer costs here, and what one may cost. */
const [COST, MOST] = [20, 30]
const env = { MODEL_MAX_TOKENS: String(MOST) }
const answer = () => 'four'.repeat(COST)

/** The commercial model is asked first, and has its price. */
const settings = (dear: ModelSimulator, cheap: ModelSimulator, budget: object) => ({
  models: {
    endpoints: [
      { name: 'dear', tier: 'commercial', baseUrl: dear.baseUrl, model: dear.model, price },
      { name: 'cheap', tier: 'local', baseUrl: cheap.baseUrl, model: cheap.model },
    ],
  },
  routing: { default: 'commercial', rules: [] },
  budgets: [{ name: 'a budget', window: 'month', ...budget }],
  cache: { minutes: 0 },
})

test('three workers spend no more than a budget and one request, though Redis dies meanwhile; then the local model answers', {
  timeout: 120_000,
}, async () => {
  // More than the answers that are being written when Redis dies may come to: those are perhaps paid for, and repeated.
  const limit = 900
  await using dear = await startModel({ answer, durationMs: 300 })
  await using cheap = await startModel()
  await using station = await startStation({
    processes,
    env,
    telegram: { retryFactor: 0.1 },
    model: 'none',
    settings: settings(dear, cheap, { per: 'everybody', limit, over: 'local' }),
  })
  const { telegram, redis } = station
  const chats = Array.from({ length: 20 }, () => telegram.privateChat())
  const everybodyAsks = () => chats.map(chat => chat.say('hello'))

  everybodyAsks()
  await vi.waitUntil(() => dear.active() > 5, { timeout: 30_000 })
  await redis.kill()
  await redis.restart()
  await station.settled()
  expect(telegram.sent.filter(({ text }) => text === answer()).length).toBeGreaterThan(5)
  for (let asked = 0; dear.requests.length > asked; ) {
    asked = dear.requests.length
    everybodyAsks()
    await station.settled()
  }
  // Every worker tells it. What was reserved when Redis died is not spent, and is not free for a quarter of an hour either.
  const { sum } = await station.metrics()
  expect(sum('waystation_budget_used_ratio', { budget: 'a budget' })).toBeGreaterThan(processes.inference / 2)
  await redis.kill()
  await redis.restart()
  everybodyAsks()
  await station.settled()

  expect(dear.requests.length * COST).toBeGreaterThan(limit / 2)
  expect(dear.requests.length * COST).toBeLessThanOrEqual(limit + MOST)
  for (const chat of chats) expect(telegram.texts(chat).at(-1)).toBe('re: hello')
  const [chat = telegram.privateChat()] = chats
  chat.say('/why')
  await station.settled()
  expect(telegram.texts(chat).at(-1)).toContain('It stood in for the other one, whose budget is spent.')
})

test('whoever has spent their own budget is told so, others are answered, and /usage tells each of them theirs', async () => {
  await using dear = await startModel({ answer })
  await using cheap = await startModel()
  await using station = await startStation({
    processes,
    env,
    model: 'none',
    settings: settings(dear, cheap, { per: 'user', limit: 2.5 * COST, over: 'refuse' }),
  })
  const { telegram } = station
  const [eager, modest] = [telegram.privateChat(), telegram.privateChat({ language: 'zh' })]
  const says = async ({ say, id }: typeof eager, text: string) => {
    say(text)
    await station.settled()
    return telegram.texts(id).at(-1)
  }
  for (let i = 0; i < 3; i += 1) expect(await says(eager, 'hello')).toBe(answer())
  for (let i = 0; i < 2; i += 1)
    expect(await says(eager, 'hello')).toMatch(/^What may be spent on answers for now is spent/)
  expect(await says(modest, 'hello')).toBe(answer())
  expect(await says(eager, '/usage')).toMatch(/today: 3 answers, \d+ tokens read and 60 written, cost 60\.00/)
  expect(await says(modest, '/usage')).toMatch(/今天：1 次回答，读入 \d+、写出 20 个 token，费用 20\.00/)
  expect(dear.requests).toHaveLength(4)
  expect(cheap.requests).toHaveLength(0)
})

test('an answer that was stopped is paid for as far as it came', async () => {
  await using dear = await startModel({ answer, durationMs: 60_000, chunks: COST })
  await using cheap = await startModel()
  await using station = await startStation({
    processes: { ...processes, inference: 1 },
    env,
    model: 'none',
    settings: settings(dear, cheap, { per: 'everybody', limit: 1, over: 'refuse' }),
  })
  const { telegram } = station
  const chat = telegram.privateChat()
  chat.say('hello')
  await vi.waitUntil(() => telegram.drafts.some(({ text }) => text.includes('four')), { timeout: 30_000 })
  chat.say('/stop')
  chat.say('hello')
  await station.settled()
  expect(telegram.texts(chat)).toEqual([
    expect.stringMatching(/^(four)+$/),
    'Stopped.',
    expect.stringMatching(/^What may be spent/),
  ])
})
