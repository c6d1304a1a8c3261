import { type Station, type StationOptions, startModel, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

/** From when a `/stop` was accepted to when the model is let go. */
const STOP_WITHIN_MS = 1_000

/** What in one process reads the settings: two gateways and inference. */
const READERS = 3

test('/stop ends the answer that is being written, whichever worker writes it, within a second', async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 3, sender: 1 },
    model: { durationMs: 30_000, chunks: 100, answer: () => 'once upon a time, and so on. '.repeat(20) },
  })
  const { telegram, model } = station
  const chats = Array.from({ length: 6 }, () => telegram.privateChat())
  for (const chat of chats) chat.say('a long story')
  await vi.waitUntil(() => model.active() === 6 && telegram.drafts.length >= 6, { timeout: 30_000 })
  const [unmoved, ...others] = chats
  const stops = others.map(chat => chat.say('/stop').update_id)
  await vi.waitUntil(() => others.every(chat => telegram.texts(chat).at(-1) === 'Stopped.'), { timeout: 30_000 })

  const ended = model.requests.filter(({ aborted }) => aborted)
  expect(ended).toHaveLength(5)
  const accepted = telegram.webhookAttempts.filter(({ updateId }) => stops.includes(updateId))
  const acceptedAt = Math.max(...accepted.map(({ at, durationMs }) => at + durationMs))
  expect(Math.max(...ended.map(({ endedAt }) => endedAt ?? Infinity)) - acceptedAt).toBeLessThan(STOP_WITHIN_MS)
  for (const chat of others) expect(telegram.texts(chat)).toEqual([expect.stringMatching(/^once/), 'Stopped.'])

  expect(model.active()).toBe(1)
  unmoved?.say('/stop')
  model.manner.durationMs = 0
  for (const chat of others) chat.say('go on')
  await station.settled()
  for (const chat of others) expect(telegram.texts(chat)).toHaveLength(3)
})

test('/stop before the first word: there is no answer, and what waited behind the question is forgotten', async () => {
  await using station = await startStation({ model: { firstTokenMs: 30_000, durationMs: 30_000 } })
  const { telegram, model } = station
  const chat = telegram.privateChat({ language: 'zh' })
  chat.say('one')
  await vi.waitUntil(() => model.active() === 1, { timeout: 30_000 })
  chat.say('two')
  chat.say('/stop')
  Object.assign(model.manner, { firstTokenMs: 0, durationMs: 0 })
  chat.say('three')
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['已停止。', 're: three'])
})

test('/stop ends a question that waits for a model that is away, and does not wait with it', async () => {
  await using station = await startStation()
  const { telegram, model } = station
  const chat = telegram.privateChat()
  model.fault({ kind: 'status', status: 429, retryAfterSeconds: 10 })
  chat.say('one')
  await vi.waitUntil(() => model.requests.length === 1 && model.active() === 0, { timeout: 30_000 })
  chat.say('two')
  chat.say('/stop')
  chat.say('three')
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['Stopped.', 're: three'])
  expect(model.requests).toHaveLength(2)
})

test('/reset forgets what was said, for this conversation alone', async () => {
  await using station = await startStation()
  const { telegram, model } = station
  const [chat, other] = [telegram.privateChat(), telegram.privateChat()]
  const lastPrompt = () => JSON.stringify(model.requests.at(-1)?.messages)
  for (const { say } of [chat, other]) say('my secret')
  await station.settled()
  chat.say('what was it?')
  await station.settled()
  expect(lastPrompt()).toContain('my secret')
  chat.say('/reset')
  chat.say('what was it?')
  await station.settled()
  expect(lastPrompt()).not.toContain('my secret')
  other.say('what was it?')
  await station.settled()
  expect(lastPrompt()).toContain('my secret')
  expect(telegram.texts(chat).at(-2)).toMatch(/^A new conversation\./)
})

test('a message that waits can be edited, one that is being answered stays as it was read', async () => {
  await using station = await startStation()
  const { telegram, model } = station
  const chat = telegram.privateChat()
  model.fault({ kind: 'manner', durationMs: 4_000 })
  const first = chat.say('first').message?.message_id ?? 0
  await vi.waitUntil(() => model.active() === 1, { timeout: 30_000 })
  const second = chat.say('second').message?.message_id ?? 0
  chat.say('better second', { edit: second })
  chat.say('too late', { edit: first })
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['re: first', 're: better second'])
  const metrics = await station.metrics()
  for (const outcome of ['amended', 'too_late'])
    expect(metrics.sum('waystation_messages_amended_total', { outcome })).toBe(1)
})

/** A station with one person, who waits for each answer. */
async function startTalk(options: StationOptions) {
  const station = await startStation(options)
  const chat = station.telegram.privateChat({ id: 42 })
  /** What is answered to it. */
  async function ask(text: string): Promise<string> {
    chat.say(text)
    await station.settled()
    return station.telegram.texts(chat).at(-1) ?? ''
  }
  return { station, ask, [Symbol.asyncDispose]: () => station[Symbol.asyncDispose]() }
}

const lastPrompt = ({ model }: Station): string[] =>
  (model.requests.at(-1)?.messages ?? []).map(({ role, content }) => `${role}: ${content}`)

test('an answer that was cut by its length says so, /more goes on with it, and /retry writes it anew in its place', async () => {
  let answers = 0
  await using talk = await startTalk({ model: { answer: () => `answer ${++answers} is long` } })
  const { station, ask } = talk
  expect(await ask('/more')).toBe('There is no answer to go on with.')
  expect(await ask('/retry')).toMatch(/^Only the latest answer can be written anew/)
  station.model.fault({ kind: 'manner', finishReason: 'length' })
  expect(await ask('a story')).toBe('answer 1\n\n(cut off: /more goes on)')
  expect(await ask('/more')).toBe('answer 2 is long')
  expect(lastPrompt(station).slice(1)).toEqual([
    'user: a story',
    'assistant: answer 1',
    expect.stringMatching(/^user: Go on exactly where your last answer ends/),
  ])

  expect(await ask('another story')).toBe('answer 3 is long')
  expect(await ask('/retry')).toBe('answer 4 is long')
  expect(lastPrompt(station).at(-1)).toBe('user: another story')
  expect(lastPrompt(station)).not.toContain('assistant: answer 3 is long')
  await ask('thank you')
  expect(lastPrompt(station).slice(-3)).toEqual([
    'user: another story',
    'assistant: answer 4 is long',
    'user: thank you',
  ])
})

test('people choose who answers, by /model or for one message, and /why says who did and why', async () => {
  await using bought = await startModel({ model: 'bought', answer: () => 'pro' })
  await using talk = await startTalk({
    model: { answer: () => 'local' },
    settings: { routing: { rules: [{ name: 'money', tier: 'commercial', when: { words: ['invoice'] } }] } },
    env: {
      COMMERCIAL_MODEL_BASE_URL: bought.baseUrl,
      COMMERCIAL_MODEL: bought.model,
      COMMERCIAL_MODEL_API_KEY: 'key',
    },
  })
  const { station, ask } = talk
  expect(await ask('/why')).toBe('There is no answer to explain.')
  for (const [text, answer, why] of [
    ['hello', 'local', 'the local model (simulated): no rule says otherwise.'],
    ['an invoice', 'pro', 'the commercial model (bought): the rule "money" wants it so.'],
    ['@local an invoice', 'local', 'the local model (simulated): you chose it.'],
    ['@pro hello', 'pro', 'the commercial model (bought): you chose it.'],
  ] as const) {
    expect(await ask(text)).toBe(answer)
    expect(await ask('/why')).toBe(`The last answer came from ${why}`)
  }
  expect(bought.requests.at(-1)?.messages.at(-1)?.content).toBe('hello')

  expect(await ask('/model')).toMatch(/^Now: auto\./)
  expect(await ask('/model pro')).toBe('From now on the commercial model answers here, where that is allowed.')
  expect(await ask('hello')).toBe('pro')
  expect(await ask('@local hello')).toBe('local')
  expect(await ask('/model local')).toMatch(/^From now on the local model/)
  expect(await ask('an invoice')).toBe('local')
  expect(await ask('/model auto')).toBe('The rules choose the model again.')
  expect(await ask('an invoice')).toBe('pro')

  station.model.fault({ kind: 'status', status: 500 })
  expect(await ask('hello again')).toBe('pro')
  expect(await ask('/why')).toContain('It stood in for the other one, which did not answer.')
})

test('a chat has the persona that was chosen for it, and the system prompt that an administrator gave it', async () => {
  await using talk = await startTalk({
    settings: {
      cache: { minutes: 0 },
      persona: 'You are plain.',
      personas: { pirate: { prompt: 'You are a pirate.', maxTokens: 77, temperature: 0.7 } },
      access: { admins: ['42'] },
    },
  })
  const { station, ask } = talk
  const other = station.telegram.privateChat()
  const prompt = async (say: typeof ask) => {
    await say('hello')
    return lastPrompt(station)[0]
  }
  const otherAsks = async (text: string) => {
    other.say(text)
    await station.settled()
    return station.telegram.texts(other).at(-1) ?? ''
  }

  expect(await prompt(ask)).toBe('system: You are plain.')
  expect(await ask('/persona')).toBe('Now: default. Write /persona and one of: default, pirate.')
  expect(await ask('/persona parrot')).toBe('I know no such persona. There are: default, pirate.')
  expect(await ask('/persona Pirate')).toBe('From now on I am "pirate" here.')
  expect(await prompt(ask)).toBe('system: You are a pirate.')
  expect(station.model.requests.at(-1)?.body).toMatchObject({ max_tokens: 77, temperature: 0.7 })
  expect(await prompt(otherAsks)).toBe('system: You are plain.')

  expect(await ask('/system You are a poet.\nYou rhyme.')).toBe('This chat has its own system prompt now.')
  expect(await prompt(ask)).toBe('system: You are a poet.\nYou rhyme.')
  expect(await otherAsks('/system You are a thief.')).toBe('Only administrators may change the system prompt.')
  expect(await prompt(otherAsks)).toBe('system: You are plain.')
  await ask('/system')
  expect(await prompt(ask)).toBe('system: You are a pirate.')
})

test('a changed waystation.yaml is used without a restart, and while it is wrong the old one is', async () => {
  await using talk = await startTalk({ settings: { persona: 'You are old.' } })
  const { station, ask } = talk
  const changes = (outcome: string) =>
    vi.waitUntil(
      async () => (await station.metrics()).sum('waystation_settings_changes_total', { outcome }) >= READERS,
      {
        timeout: 30_000,
      },
    )
  const prompt = async () => {
    await ask('hello')
    return lastPrompt(station)[0]
  }
  expect(await prompt()).toBe('system: You are old.')
  station.configure('persona: You are new.\nhistory:\n  tokens: many\n  dayz: 3\n')
  await changes('refused')
  expect(station.output).toMatch(
    /"event":"settings\.refused".*line 3, history\.tokens: .*\\n {2}line 4, history\.dayz: there is no such setting/,
  )
  expect(await prompt()).toBe('system: You are old.')
  station.configure('persona: You are new.\n')
  await changes('used')
  expect(await prompt()).toBe('system: You are new.')
})

test('/help tells what there is, and an unknown command is a question like any other', async () => {
  await using station = await startStation()
  const chat = station.telegram.privateChat()
  chat.say('/help')
  await station.settled()
  chat.say('/weather Berlin')
  await station.settled()
  const [help, answer] = station.telegram.texts(chat)
  for (const command of ['/reset', '/stop', '/help']) expect(help).toContain(command)
  expect(answer).toBe('re: /weather Berlin')
})
