import { type ModelFault, type ModelSimulator, type Station, startModel, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { openSession, say } from './web-session.ts'

const secret = { name: 'secret', private: true, when: { words: ['canary'] } }
const house = { name: 'house', tier: 'local', when: { prefix: 'here' } }
/** A classifier that asks the commercial model, and is told that everything is for the commercial model. */
const classifier = { tier: 'commercial', labels: { finance: 'commercial', other: 'local' }, timeoutMs: 10_000 }
const money = { name: 'money', tier: 'commercial', when: { words: ['price'] } }
const routing = { rules: [house, money, secret], classifier }

const commercialEnv = ({ baseUrl, model }: ModelSimulator) => ({
  COMMERCIAL_MODEL_BASE_URL: baseUrl,
  COMMERCIAL_MODEL: model,
  COMMERCIAL_MODEL_API_KEY: 'bought',
})

/** A commercial model that sorts by the label `finance`, and answers `sold`. */
const startCommercial = () =>
  startModel({
    model: 'bought',
    apiKey: 'bought',
    answer: ([first]) => (String(first?.content).startsWith('You sort messages') ? 'finance' : 'sold'),
  })

/** The model of the house tells all that it has read; what is of a canary in it, by another name. */
const tellAll = (messages: { content?: unknown }[]): string =>
  `home: ${messages.map(({ content }) => String(content).replaceAll(/canar\w+/gi, 'feather')).join(' ')}`.slice(
    0,
    3_000,
  )

/** All that a model was ever asked. */
const heardBy = ({ requests }: ModelSimulator): string => JSON.stringify(requests.map(({ messages }) => messages))

test('what a rule calls private never leaves: not by a choice, a command, a quote, a file, a follow-up or a summary', {
  timeout: 120_000,
}, async () => {
  await using commercial = await startCommercial()
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 1, sender: 1 },
    model: { answer: tellAll },
    settings: { routing, history: { tokens: 1_000 } },
    env: commercialEnv(commercial),
  })
  const { telegram, model } = station
  const chat = telegram.privateChat()

  /** The answers to what is written, where it was answered at all. */
  async function ask(...what: Parameters<typeof chat.say>) {
    const before = telegram.texts(chat).length
    const { message } = chat.say(...what)
    await station.settled()
    expect(telegram.texts(chat).length).toBeGreaterThan(before)
    return { id: message?.message_id ?? 0, answers: telegram.texts(chat).slice(before) }
  }
  const expectHouse = async (...what: Parameters<typeof chat.say>) => {
    const { id, answers } = await ask(...what)
    expect(answers[0]).toMatch(/^home: /)
    return id
  }
  /** The commercial model answers, and knows of nothing private. */
  async function expectSold(text: string) {
    expect((await ask(text)).answers).toEqual(['sold'])
    expect(JSON.stringify(commercial.requests.at(-1)?.messages)).toContain(text)
    expect(heardBy(commercial)).not.toMatch(/canary|feather/i)
  }

  await expectSold('an offer')
  const asked = await expectHouse('the Canary is yellow')
  await expectHouse('/retry')
  await expectHouse('/more')
  await expectSold('an invoice')
  await expectHouse('the price of a canary')
  await expectHouse('@pro the canary is red')
  await ask('/model pro')
  await expectHouse('the canary is blue')
  await expectHouse('/retry')
  await expectHouse('/more')
  await expectSold('a contract')
  await ask('/model auto')

  await expectHouse('make it shorter', { replyTo: asked })
  const [answer] = telegram.sent
    .filter(({ chat: id, text }) => id === chat.id && text.startsWith('home: '))
    .toReversed()
  await expectHouse('shorter still', { replyTo: answer?.messageId ?? 0 })
  await expectHouse('/retry')
  await expectHouse('/more')
  await expectHouse({ caption: 'sum it up', document: { file_id: 'd', file_name: 'canary.pdf' } })
  await expectSold('a tender')

  // One of several messages that are answered together.
  model.fault({ kind: 'manner', durationMs: 2_000 })
  chat.say('here it is')
  await vi.waitUntil(() => model.active() === 1, { timeout: 30_000 })
  for (const text of ['one', '@pro two canaries', 'the canary is green', 'four']) chat.say(text)
  await station.settled()
  await expectSold('a receipt')

  // What the house's model says of it later is private too.
  await expectHouse('here: what did I say?')
  await expectSold('a budget')

  await ask('/reset')
  for (const text of ['an order', 'here: all of it', 'the canary is grey', 'here: again', 'a bill'])
    await ask(`${text} ${'of many words '.repeat(60)}`)
  await vi.waitUntil(async () => (await station.metrics()).sum('waystation_folds_total', { outcome: 'folded' }) > 0, {
    timeout: 30_000,
  })
  await expectSold('a refund')
  expect(JSON.stringify(commercial.requests.at(-1)?.messages)).toContain('Notes on what was said before')
})

/** All that a model may do instead of answering. */
const faults: ModelFault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 401 },
  { kind: 'status', status: 400 },
  { kind: 'loading' },
  { kind: 'insufficient_quota' },
  { kind: 'hold' },
  { kind: 'cut', afterChunks: 0 },
  { kind: 'cut', afterChunks: 1 },
  { kind: 'error_event', afterChunks: 1 },
  { kind: 'no_finish_reason' },
  { kind: 'html' },
]

test('while every local model fails, each in its own way, private questions are answered by nobody, and the person is told', {
  timeout: 120_000,
}, async () => {
  await using commercial = await startCommercial()
  await using locals = new AsyncDisposableStack()
  const broken: ModelSimulator[] = []
  for (const fault of faults) {
    const local = locals.use(await startModel())
    local.fault(fault, { times: Infinity })
    broken.push(local)
  }
  const gone = await startModel()
  await gone[Symbol.asyncDispose]()
  const models = {
    endpoints: [...broken, gone].map(({ baseUrl, model }, index) => ({
      name: `local-${index}`,
      tier: 'local',
      baseUrl,
      model,
    })),
  }
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 2, sender: 1 },
    model: 'none',
    settings: { models, routing: { rules: [house], default: 'commercial' } },
    env: { ...commercialEnv(commercial), MODEL_FIRST_TOKEN_SECONDS: '2' },
  })
  const { telegram } = station
  const text = 'the canary is yellow'
  // Before there is a rule it is nobody's secret, and the answer is kept.
  for (const chat of [telegram.privateChat(), telegram.privateChat()]) {
    chat.say(text)
    await station.settled()
    expect(telegram.texts(chat)).toEqual(['sold'])
  }
  expect(commercial.requests).toHaveLength(1)
  await changed(station, { models, routing })
  commercial.forget()

  const chats = [telegram.privateChat(), telegram.privateChat(), telegram.privateChat({ language: 'zh' })]
  for (const chat of chats) chat.say(text)
  const open = telegram.privateChat()
  open.say('here: hello')
  await station.settled()

  expect(chats.map(chat => telegram.texts(chat))).toEqual([
    [expect.stringMatching(/^Only the local model may answer this/)],
    [expect.stringMatching(/^Only the local model may answer this/)],
    [expect.stringMatching(/^这个问题只能由本地模型回答/)],
  ])
  expect(broken.map(({ requests }) => requests.length > 0)).toEqual(faults.map(() => true))
  expect(telegram.texts(open)).toEqual(['sold'])
  expect(heardBy(commercial)).not.toMatch(/canary/i)
})

/** Every process that reads the settings uses the new ones. */
async function changed(station: Station, settings: object): Promise<void> {
  const used = async () => (await station.metrics()).sum('waystation_settings_changes_total', { outcome: 'used' })
  const readers = ['gateway-telegram', 'inference'].flatMap(service => station.of(service))
  const wanted = (await used()) + readers.length
  station.configure(settings)
  await vi.waitUntil(async () => (await used()) === wanted, { timeout: 30_000 })
}

/** Every process prints where it connects to. */
const printConnections = `--import data:text/javascript,${encodeURIComponent(`
  import { subscribe } from 'node:diagnostics_channel'
  subscribe('net.client.socket', ({ socket }) =>
    socket.once('connect', () => console.log('connected to ' + socket.remoteAddress + ' ' + socket.remotePort)))
`)}`

test('with only a local model configured, nothing leaves for another place, however the local one fails', async () => {
  await using elsewhere = await startModel()
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, 'gateway-web': 1, inference: 1, sender: 1 },
    env: {
      NODE_OPTIONS: printConnections,
      // An address, a key of the same vendor for other programs, a proxy: none of them is a commercial model.
      COMMERCIAL_MODEL_BASE_URL: elsewhere.baseUrl,
      OPENAI_BASE_URL: elsewhere.baseUrl,
      OPENAI_API_KEY: 'of another program',
      HTTP_PROXY: elsewhere.baseUrl,
    },
  })
  const { telegram, model, redis } = station
  const chat = telegram.privateChat()
  const session = await openSession(station.web)
  for (const fault of [
    { kind: 'status', status: 500 },
    { kind: 'loading' },
    { kind: 'cut', afterChunks: 1 },
    { kind: 'no_finish_reason' },
    { kind: 'html' },
    // The last: nobody asks a model with an empty account for a while.
    { kind: 'insufficient_quota' },
  ] as const) {
    model.fault(fault)
    chat.say('private')
    await say(session, 'private')
    await station.settled()
  }
  expect(model.requests.length).toBeGreaterThan(12)
  expect(elsewhere.requests).toEqual([])
  const ours = [redis.url, telegram.apiRoot, model.baseUrl].map(address => new URL(address).port)
  const reached = new Set(Array.from(station.output.matchAll(/^connected to (.*)$/gm), ([, address]) => address))
  expect(reached).toEqual(new Set(ours.map(port => `127.0.0.1 ${port}`)))
})
