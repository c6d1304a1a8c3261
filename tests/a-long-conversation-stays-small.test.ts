import { countTokens, createMemory, foldIfNeeded, remember, settings } from '@waystation/conversations'
import { createInbox } from '@waystation/mailbox'
import { close, connect } from '@waystation/redis'
import { startModel, startStation } from '@waystation/testing'
import { expect, test } from 'vitest'

/** What the model reads and writes together, and what it may write, in tokens. */
const [CONTEXT, ANSWER] = [2_048, 400]
/** Turns that are committed as a worker commits them, without a model; and those that run whole after them. */
const [WRITTEN, RUN] = [9_900, 100]
/** Of everything that is kept of the conversation, but the ids of the day's messages. */
const MOST_BYTES = 100_000

const noBells = { ring: async () => {}, close: async () => {} }
const isAboutAda = (text: string) => text.includes('Ada')
/** A summary that hands down the one thing that matters. */
const sumUp = (text: string) => (isAboutAda(text) ? 'Her name is Ada.' : 'Nothing matters.')

test('after ten thousand turns the prompt fits the model, its summary still knows the first, Redis holds little, and /reset forgets all', {
  timeout: 180_000,
}, async () => {
  await using model = await startModel({
    contextTokens: CONTEXT,
    answer: ([first, ...rest]) => (rest.length === 0 ? sumUp(String(first?.content)) : 'I see.'),
  })
  await using station = await startStation({
    processes: {},
    model: 'none',
    settings: {
      models: {
        endpoints: [
          { name: 'small', tier: 'local', baseUrl: model.baseUrl, model: model.model, contextTokens: CONTEXT },
        ],
      },
      routing: { rules: [] },
    },
    env: { MODEL_MAX_TOKENS: String(ANSWER) },
  })
  const { telegram } = station
  const chat = telegram.privateChat()
  const conversation = `telegram.${telegram.bot.id}.${chat.id}` as const
  await using connection = new AsyncDisposableStack()
  const redis = connection.adopt(await connect(station.redis.url, 'commands'), close)

  const bytes = async () => {
    const keys = (await redis.keys(`*{${conversation}}*`)).filter(key => !key.endsWith(':seen'))
    const sizes = await Promise.all(keys.map(key => redis.memory('USAGE', key, 'SAMPLES', 0)))
    return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  }

  const inbox = createInbox(redis, noBells, noBells)
  const memory = createMemory(redis)
  const { history } = settings.parse({})
  const route = { tier: 'local', model: model.model, reason: 'default' } as const
  for (let i = 0; i < WRITTEN; i += 1) {
    const question = i === 0 ? 'My name is Ada.' : `${i}: ${'as I was saying, '.repeat(i % 20)}`
    const [, turn, known] = await Promise.all([
      inbox.post({
        id: `w${i}`,
        conversation,
        sender: { id: String(chat.id) },
        text: question,
        traceId: 't',
        attachments: [],
        mentions: [],
        addressed: 'direct',
        sentAt: 1,
        receivedAt: 1,
      }),
      inbox.take(conversation),
      memory.recall(conversation, history),
    ])
    if (!turn) return expect.unreachable()
    const exchange = { question, replyId: turn.replyId, answer: 'I see.', route }
    await inbox.commit(turn, { history: remember(exchange, history) })
    const deps = { memory, summarize: async (text: string) => sumUp(text), room: CONTEXT - ANSWER, history }
    await foldIfNeeded(conversation, known, deps, new AbortController().signal)
    if (i % 1_000 === 999) expect(await bytes()).toBeLessThan(MOST_BYTES)
  }

  await Promise.all(['gateway-telegram', 'inference', 'inference', 'sender'].map(service => station.start(service)))
  for (let i = 0; i < RUN; i += 1) {
    chat.say(i % 10 === 5 ? '驿站的马很快。'.repeat(500) : `What about ${i}?`)
    await station.settled()
  }
  expect(telegram.texts(chat)).toEqual(Array(RUN).fill('I see.'))
  const prompts = model.requests.map(({ messages }) => messages.map(({ content }) => String(content)))
  expect(Math.max(...prompts.map(prompt => countTokens(prompt.join('\n'))))).toBeLessThanOrEqual(CONTEXT - ANSWER)
  expect(prompts.filter(prompt => prompt.length === 1)).not.toEqual([])
  expect(prompts.at(-1)?.[0]).toContain('Her name is Ada.')
  expect(await bytes()).toBeLessThan(MOST_BYTES)

  chat.say('/reset')
  chat.say('Who am I?')
  await station.settled()
  expect(isAboutAda(JSON.stringify(model.requests.at(-1)?.messages))).toBe(false)
  expect(JSON.stringify(await redis.lrange(`waystation:{${conversation}}:history`, 0, -1))).not.toMatch(
    /Ada|What about/,
  )
})
