import type { ServerResponse } from 'node:http'
import { Telegram } from 'telegraf'
import { expect, onTestFinished, test } from 'vitest'
import { listen, readBody } from '../http.ts'
import { startTelegram, type TelegramOptions } from './simulator.ts'
import { telegramUpdate } from './update.ts'
import type { Update } from './wire.ts'

type Receive = (text: string, response: ServerResponse, secret: string | undefined) => void

/** A bot that only listens; `receive` answers. */
async function startBot(receive: Receive) {
  const received: string[] = []
  const server = await listen(async (request, response) => {
    // What the simulator posts, unless a test posts something else.
    const update = JSON.parse((await readBody(request)).toString()) as Update
    const text = update.message?.text ?? update.edited_message?.text ?? ''
    received.push(text)
    receive(text, response, request.headers['x-telegram-bot-api-secret-token']?.toString())
  })
  onTestFinished(server.close)
  return { url: `${server.origin}/hook`, received }
}

async function start(receive: Receive, options?: TelegramOptions) {
  const bot = await startBot(receive)
  const telegram = await startTelegram({ retryFactor: 0.01, ...options })
  onTestFinished(() => telegram[Symbol.asyncDispose]())
  const client = new Telegram(telegram.token, { apiRoot: telegram.apiRoot })
  const settled = () => expect.poll(() => telegram.unfinished().updates, { timeout: 20_000 }).toBe(0)
  return { ...bot, telegram, client, settled }
}

const take = (response: ServerResponse) => void response.writeHead(200).end()

test("one chat's updates arrive one at a time and in order, with the secret", async () => {
  let inFlight = 0
  const overlaps: string[] = []
  const secrets = new Set<string | undefined>()
  const { telegram, client, url, received, settled } = await start((text, response, secret) => {
    secrets.add(secret)
    if (++inFlight > 1) overlaps.push(text)
    setImmediate(() => {
      inFlight -= 1
      take(response)
    })
  })
  await client.setWebhook(url, { secret_token: 'se-cret_1' })
  const chat = telegram.privateChat()
  const texts = Array.from({ length: 50 }, (_, index) => `message ${index}`)
  for (const text of texts) chat.say(text)
  await settled()
  expect(received).toEqual(texts)
  expect(overlaps).toEqual([])
  expect([...secrets]).toEqual(['se-cret_1'])
})

test('a failing update is tried again and holds up its own chat only', async () => {
  let failures = 3
  const { telegram, client, url, received, settled } = await start((text, response) => {
    if (text === 'a1' && failures-- > 0) response.writeHead(500).end()
    else take(response)
  })
  await client.setWebhook(url)
  const [a, b] = [telegram.privateChat(), telegram.privateChat()]
  for (const text of ['a1', 'a2']) a.say(text)
  for (const text of ['b1', 'b2']) b.say(text)
  await settled()
  expect(received.filter(text => text.startsWith('a'))).toEqual(['a1', 'a1', 'a1', 'a1', 'a2'])
  expect(received.filter(text => text.startsWith('b'))).toEqual(['b1', 'b2'])
  expect(received.indexOf('b2')).toBeLessThan(received.lastIndexOf('a1'))
  expect(telegram.webhookAttempts.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 500, 500, 500])
  expect(await client.getWebhookInfo()).toMatchObject({
    pending_update_count: 0,
    last_error_message: 'Wrong response from the webhook: 500',
  })
  await client.setWebhook(url)
  expect(await client.getWebhookInfo()).toHaveProperty('last_error_date')
  await client.setWebhook(`${url}/another`)
  expect(await client.getWebhookInfo()).not.toHaveProperty('last_error_date')
})

test('the first retry comes at once, the next ones after 2, 4 and 8 s; Retry-After is honoured', async () => {
  const answers = [500, 500, 500, 500, 503, 200]
  const { telegram, client, url, settled } = await start((_, response) => {
    const status = answers.shift() ?? 200
    response.writeHead(status, status === 503 ? { 'retry-after': '30' } : {}).end()
  })
  await client.setWebhook(url)
  telegram.privateChat().say('x')
  await settled()
  const times = telegram.webhookAttempts.map(({ at }) => at)
  const waits = times.slice(1).map((at, index) => at - (times[index] ?? at))
  // 1 % of the platform's times, less what a timer may be early; a slow machine only makes them longer.
  expect(waits[1]).toBeGreaterThanOrEqual(18)
  expect(waits[2]).toBeGreaterThanOrEqual(36)
  expect(waits[3]).toBeGreaterThanOrEqual(72)
  expect(waits[4]).toBeGreaterThanOrEqual(270)
})

test('no more connections than asked for, and no fewer when many chats wait', async () => {
  let inFlight = 0
  let most = 0
  const held: ServerResponse[] = []
  const { telegram, client, url, settled } = await start((_, response) => {
    most = Math.max(most, ++inFlight)
    held.push(response)
    if (held.length < 3 && telegram.unfinished().updates >= 3) return
    for (const waiting of held.splice(0)) {
      inFlight -= 1
      take(waiting)
    }
  })
  await client.callApi('setWebhook', { url, max_connections: 3 })
  for (let chat = 0; chat < 30; chat += 1) telegram.privateChat().say('x')
  await settled()
  expect(most).toBe(3)
})

test('a webhook that is away gets everything once it is back, from wherever its host is reached', async () => {
  const { telegram, client, url, received, settled } = await start((_, response) => take(response))
  await client.setWebhook('https://waystation.test/hook')
  // A port on which nobody listens.
  telegram.setFront(['http://127.0.0.1:1'])
  const chat = telegram.privateChat()
  chat.say('one')
  chat.say('two')
  await expect.poll(() => telegram.webhookAttempts.length).toBeGreaterThan(1)
  expect(received).toEqual([])
  telegram.setFront([new URL(url).origin])
  await settled()
  expect(received).toEqual(['one', 'two'])
})

test('several addresses take turns', async () => {
  const one = await startBot((_, response) => take(response))
  const other = await startBot((_, response) => take(response))
  const { telegram, client, url, settled } = await start(() => expect.unreachable())
  telegram.setFront([new URL(one.url).origin, new URL(other.url).origin])
  await client.setWebhook(url)
  const chat = telegram.privateChat()
  for (const text of ['1', '2', '3', '4']) chat.say(text)
  await settled()
  expect([one.received, other.received]).toEqual([
    ['1', '3'],
    ['2', '4'],
  ])
})

test('a call in the answer to a webhook is carried out', async () => {
  const { telegram, client, url, settled } = await start((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ method: 'sendMessage', chat_id: chat.id, text: 'from the answer' }))
  })
  const chat = telegram.privateChat()
  await client.setWebhook(url)
  chat.say('hi')
  await settled()
  expect(telegram.texts(chat)).toEqual(['from the answer'])
})

test('only kinds that were asked for are delivered', async () => {
  const { telegram, client, url, received, settled } = await start((_, response) => take(response))
  await client.setWebhook(url, { allowed_updates: ['message'] })
  const chat = telegram.privateChat()
  const { message } = chat.say('one')
  chat.say('one, corrected', { edit: message?.message_id ?? 0 })
  chat.say('two')
  await settled()
  expect(received).toEqual(['one', 'two'])
})

test('an update of a test goes straight to the webhook, as often as it says and with its headers', async () => {
  const { telegram, client, url, received } = await start((_, response, secret) => {
    response.writeHead(secret === 'right' ? 200 : 401).end()
  })
  await client.setWebhook(url, { secret_token: 'right' })
  const update = telegramUpdate({ text: 'hi', chat: 42 })
  expect(await telegram.deliver(update, { times: 3 })).toEqual([200, 200, 200])
  expect(await telegram.deliver(update, { headers: { 'x-telegram-bot-api-secret-token': 'wrong' } })).toEqual([401])
  expect(received).toEqual(['hi', 'hi', 'hi', 'hi'])
  await client.sendMessage(42, 'the chat is known now')
})

test.each([
  [{ url: 'http://example.test/hook' }, 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook'],
  [
    { url: 'https://example.test:3000/' },
    'Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443',
  ],
  [{ url: 'https://example.test/', secret_token: 'a b' }, 'Bad Request: secret token contains unallowed characters'],
  [{ url: 'nonsense' }, 'Bad Request: invalid webhook URL specified'],
])('the webhook %o is refused', async (params, description) => {
  const { client } = await start((_, response) => take(response))
  await expect(client.callApi('setWebhook', params)).rejects.toMatchObject({ description })
})
