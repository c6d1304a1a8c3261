import { type Completion, type Inquiry, Rejected, Unavailable } from '@waystation/domain'
import { redisForTests } from '@waystation/redis/for-tests'
import { beforeEach, expect, test } from 'vitest'
import { BudgetSpent } from './admit/pass.ts'
import { createCache } from './cache.ts'
import type { Endpoint, Piece } from './call/endpoint.ts'
import { createPipe, OnlyLocal, type Pipe } from './pipe.ts'
import type { Decision } from './route/decision.ts'

const { redis } = await redisForTests()
beforeEach(async () => {
  asked = []
})

const never = new AbortController().signal
let asked: string[]

type Says = string | Error | [string, Error]

/** Says its words one by one, or fails before or after them. */
function endpoint(name: string, says: Says, tier: Endpoint['tier'] = 'local'): Endpoint {
  const [text, error] = Array.isArray(says) ? says : says instanceof Error ? ['', says] : [says, undefined]
  return {
    name,
    id: name,
    tier,
    model: `model of ${name}`,
    weight: 1,
    contextTokens: 1000,
    thinkingTokens: 0,
    isReady: async () => true,
    async *complete(prompt): AsyncGenerator<Piece> {
      asked.push(`${name}: ${prompt.map(({ content }) => content).join(' ')}`)
      if (text !== '') yield { text: text.slice(0, 2) }
      if (error) throw error
      yield { text, usage: { promptTokens: 1, completionTokens: 1 } }
    },
  }
}

const inquiry = (fields: Partial<Inquiry> = {}): Inquiry => ({
  conversation: 'telegram.1.2',
  traceId: 'trace',
  sender: { id: '7' },
  senders: [],
  texts: ['hi'],
  hasAttachments: false,
  isPrivate: false,
  persona: { name: 'default', prompt: 'be kind' },
  isFresh: false,
  isAgain: false,
  promptFor: ({ tokens, withPrivate }) => [
    { role: 'system', content: `${tokens} ${withPrivate}` },
    { role: 'user', content: fields.texts?.[0] ?? 'hi' },
  ],
  ...fields,
})

type Options = Partial<Pipe> & { decision?: Partial<Decision> }

function pipe(endpoints: Endpoint[], { decision, ...options }: Options = {}) {
  const passes: string[] = []
  const model = createPipe({
    route: async () => ({ tier: 'local', isPrivate: false, reason: 'default', mayCache: true, ...decision }),
    endpoints,
    admit: async ({ name }) => ({
      received: () => {},
      answered: () => passes.push(`${name} answered`),
      failed: () => passes.push(`${name} failed`),
      [Symbol.asyncDispose]: async () => void passes.push(`${name} left`),
    }),
    cache: createCache(redis),
    cacheMinutes: 1,
    parameters: { maxTokens: 100, temperature: 0.5 },
    events: { routed: () => {}, cacheAsked: () => {}, modelAnswered: () => {}, modelFailed: () => {} },
    ...options,
  })
  async function ask(about = inquiry(), signal = never): Promise<Completion[]> {
    const completions: Completion[] = []
    for await (const completion of model.complete(about, signal)) completions.push(completion)
    return completions
  }
  return { ask, passes, last: async (about?: Inquiry) => (await ask(about)).at(-1) }
}

test('the tier that was decided for answers, with room for its answer, and gives its place back', async () => {
  const { ask, passes } = pipe([endpoint('l', 'local'), endpoint('c', 'commercial', 'commercial')], {
    decision: { tier: 'commercial', reason: 'rule:finance' },
  })
  expect((await ask()).map(({ text }) => text)).toEqual(['co', 'commercial'])
  expect(asked).toEqual(['c: 900 false hi'])
  expect(passes).toEqual(['c answered', 'c left'])
})

test('one that fails before its first token is stood in for, and the route says so', async () => {
  const { last, passes } = pipe([endpoint('l', new Unavailable('away')), endpoint('c', 'fine', 'commercial')])
  expect(await last()).toMatchObject({ text: 'fine', route: { tier: 'commercial', reason: 'default, fallback' } })
  expect(passes).toEqual(['l failed', 'l left', 'c answered', 'c left'])
})

test('one that fails in the middle is begun anew by another: one answer, not two', async () => {
  const { ask } = pipe([endpoint('l', ['half an', new Error('cut')]), endpoint('c', 'whole', 'commercial')])
  expect((await ask()).map(({ text }) => text)).toEqual(['ha', 'wh', 'whole'])
})

test('what is private is read by the local tier alone, and the person is told when that is not there', async () => {
  const endpoints = [endpoint('l', new Unavailable('away', 7000)), endpoint('c', 'leak', 'commercial')]
  const { ask } = pipe(endpoints, { decision: { isPrivate: true } })
  await expect(ask()).rejects.toSatisfy(error => error instanceof OnlyLocal && error.retryAfterMs === 7000)
  expect(asked).toEqual(['l: 900 true hi'])
  const nobody = pipe([endpoint('c', 'leak', 'commercial')], { decision: { isPrivate: true } })
  await expect(nobody.ask()).rejects.toThrow(OnlyLocal)
})

test('over budget the local tier answers, or nobody, as the budget says', async () => {
  const over = (policy: 'local' | 'refuse'): Options => ({
    decision: { tier: 'commercial' },
    admit: async ({ tier }) => {
      if (tier === 'commercial') throw new BudgetSpent(policy)
      return { received: () => {}, answered: () => {}, failed: () => {}, [Symbol.asyncDispose]: async () => {} }
    },
  })
  const endpoints = [endpoint('l', 'cheap'), endpoint('c', 'dear', 'commercial')]
  expect(await pipe(endpoints, over('local')).last()).toMatchObject({
    text: 'cheap',
    route: { reason: 'default, over budget' },
  })
  await expect(pipe(endpoints, over('refuse')).ask()).rejects.toMatchObject({ reason: 'over_budget' })
})

test('where nobody answers, what passes is waited for, as long as the soonest says', async () => {
  const away = [
    endpoint('a', new Unavailable('away', 9000)),
    endpoint('b', new Unavailable('away', 3000)),
    endpoint('c', new Rejected('model_unknown')),
  ]
  await expect(pipe(away).ask()).rejects.toMatchObject({ name: 'Unavailable', retryAfterMs: 3000 })
  await expect(pipe([endpoint('c', new Rejected('model_unknown'))]).ask()).rejects.toMatchObject({
    reason: 'model_unknown',
  })
})

test('an equal first question gets the same answer without a model, however it is spaced', async () => {
  const { last } = pipe([endpoint('l', 'fine')])
  await last(inquiry({ isFresh: true, texts: ['what  is it'] }))
  const again = await last(inquiry({ isFresh: true, texts: ['what is it '] }))
  expect(again).toMatchObject({ text: 'fine', route: { reason: 'default, cached' } })
  expect(again?.usage).toBeUndefined()
  // Another process finds it in Redis.
  expect(await pipe([endpoint('l', 'other')]).last(inquiry({ isFresh: true, texts: ['what is it'] }))).toMatchObject({
    text: 'fine',
  })
  expect(asked).toHaveLength(1)
})

test.each<[string, Partial<Inquiry>, Options]>([
  ['what was said before', { isFresh: false }, {}],
  ['what is private', { isFresh: true }, { decision: { isPrivate: true } }],
  ['what a rule keeps out', { isFresh: true }, { decision: { mayCache: false } }],
  ['what is to be answered anew', { isFresh: true, isAgain: true }, {}],
  ['several messages', { isFresh: true, texts: ['a', 'b'] }, {}],
  ['files', { isFresh: true, hasAttachments: true }, {}],
  ['anything, when it is turned off', { isFresh: true }, { cacheMinutes: 0 }],
])('no answer is kept for %s', async (_, fields, options) => {
  const { last } = pipe([endpoint('l', 'fine')], options)
  await last(inquiry(fields))
  await last(inquiry(fields))
  expect(asked).toHaveLength(2)
})

test('endpoints of a tier share its questions by weight', async () => {
  const { last } = pipe([{ ...endpoint('a', 'x'), weight: 3 }, endpoint('b', 'x')])
  for (let count = 0; count < 400; count += 1) await last()
  const share = asked.filter(line => line.startsWith('a')).length / asked.length
  expect(share).toBeGreaterThan(0.6)
  expect(share).toBeLessThan(0.9)
})

test('nobody else is asked once the turn was aborted, and that is not held against who was', async () => {
  const { ask, passes } = pipe([endpoint('l', new Unavailable('away')), endpoint('c', 'x', 'commercial')])
  await expect(ask(inquiry(), AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  expect(asked.length).toBe(1)
  expect(passes).toEqual(['l left'])
})
