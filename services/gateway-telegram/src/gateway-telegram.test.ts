import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { close, connect, startTestRedis, type TestRedis } from '@waystation/redis'
import { startTelegram, type TelegramSimulator, telegramUpdate } from '@waystation/testing'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'

const secret = 'the_secret-of-this-test'
const WITHIN = { timeout: 30_000 }

let redis: TestRedis
beforeAll(async () => {
  redis = await startTestRedis()
})
afterAll(() => redis[Symbol.asyncDispose]())
beforeEach(async () => {
  const connection = await connect(redis.url, 'worker')
  await connection.flushall()
  await close(connection)
})

/** The gateway as a process of its own. */
async function startGateway(telegram: TelegramSimulator, env: Record<string, string> = {}) {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const child = spawn(process.execPath, [main], {
    env: {
      PORT: '0',
      REDIS_URL: redis.url,
      TELEGRAM_API_ROOT: telegram.apiRoot,
      TELEGRAM_BOT_TOKEN: telegram.token,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => printed.push(text))
  const output = () => printed.join('')
  const port = await vi.waitFor(() => {
    const found = /"event":"process\.started","port":(\d+)/.exec(output())?.[1]
    if (!found) throw new Error(`not started:\n${output()}`)
    return found
  }, WITHIN)
  const origin = `http://127.0.0.1:${port}`
  telegram.setFront([origin])
  return {
    output,
    logged: (text: string) => vi.waitFor(() => expect(output()).toContain(text), WITHIN),
    get: async (path: string) => {
      const answer = await fetch(origin + path)
      return { status: answer.status, text: await answer.text() }
    },
    post: async (body: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${origin}/webhooks/telegram`, { method: 'POST', body, headers })
      await answer.text()
      return answer.status
    },
    async stop() {
      child.kill('SIGTERM')
      const [code] = await exited
      return code
    },
  }
}

const asWebhook = { PUBLIC_URL: 'https://station.test', TELEGRAM_WEBHOOK_SECRET: secret }
const signed = { 'x-telegram-bot-api-secret-token': secret }

test('a webhook is registered with its secret, and what is posted to it is taken', async () => {
  await using telegram = await startTelegram()
  const gateway = await startGateway(telegram, asWebhook)
  await gateway.logged('telegram.webhook_set')
  expect(telegram.calls.find(({ method }) => method === 'setWebhook')?.params).toMatchObject({
    url: 'https://station.test/webhooks/telegram',
    secret_token: secret,
    allowed_updates: ['message', 'edited_message'],
  })
  telegram.privateChat().say('hello')
  await gateway.logged('message.received')
  await vi.waitFor(() => expect(telegram.unfinished().updates).toBe(0), WITHIN)
  expect(await gateway.get('/readyz')).toMatchObject({ status: 200 })
  expect(await gateway.stop()).toBe(0)
})

test('what Telegram says of the webhook stands in the metrics, without its address', async () => {
  await using telegram = await startTelegram({ retryFactor: 0.05 })
  const first = await startGateway(telegram, asWebhook)
  await first.logged('telegram.webhook_set')
  telegram.setFront(['http://127.0.0.1:1'])
  telegram.privateChat().say('hello')
  await vi.waitFor(() => expect(telegram.webhookAttempts.length).toBeGreaterThan(0), WITHIN)

  const second = await startGateway(telegram, asWebhook)
  const gauge = async (name: string) => {
    const { text } = await second.get('/metrics')
    const line = `waystation_telegram_webhook_${name}\\{bot="${telegram.bot.username}"\\} (.+)`
    return Number(new RegExp(line).exec(text)?.[1])
  }
  await vi.waitFor(async () => expect(await gauge('is_ours')).toBe(1), WITHIN)
  expect(await gauge('pending_updates')).toBeLessThan(2)
  expect(Date.now() / 1000 - (await gauge('last_error_timestamp_seconds'))).toBeLessThan(120)
  expect((await second.get('/metrics')).text).not.toContain('station.test')
  expect(await second.stop()).toBe(0)
})

test('without PUBLIC_URL updates are fetched, and no webhook is open', async () => {
  await using telegram = await startTelegram()
  telegram.privateChat().say('hello')
  const gateway = await startGateway(telegram)
  await gateway.logged('message.received')
  await vi.waitFor(() => expect(telegram.unfinished().updates).toBe(0), WITHIN)
  expect(await gateway.post('{}', signed)).toBe(404)
  expect(await gateway.stop()).toBe(0)
})

test('what is unsigned is answered 401, what does not parse 200, what is too large 413', async () => {
  await using telegram = await startTelegram()
  const gateway = await startGateway(telegram, asWebhook)
  await gateway.logged('telegram.webhook_set')
  const update = JSON.stringify(telegramUpdate({ text: 'hello' }))
  expect(await gateway.post(update)).toBe(401)
  expect(await gateway.post(update, { 'x-telegram-bot-api-secret-token': `${secret}x` })).toBe(401)
  expect(await gateway.post('no JSON', signed)).toBe(200)
  expect(await gateway.post('{"update_id":"x"}', signed)).toBe(200)
  expect(await gateway.post(`"${'x'.repeat(2_000_000)}"`, signed)).toBe(413)
  expect(await gateway.post(update, signed)).toBe(200)
  const { text } = await gateway.get('/metrics')
  for (const reason of ['unauthenticated', 'not_json', 'bad_update', 'body_too_large']) expect(text).toContain(reason)
})

test('until Telegram has said who the bot is, the process runs, is not ready, and answers 503', async () => {
  await using telegram = await startTelegram()
  const end = telegram.fault('getMe', { status: 502 }, { times: Number.POSITIVE_INFINITY })
  const gateway = await startGateway(telegram, asWebhook)
  expect(await gateway.post('{}', signed)).toBe(503)
  expect(await gateway.get('/readyz')).toEqual({ status: 503, text: 'telegram: not connected: getMe: answered 502\n' })
  end()
  await gateway.logged('telegram.webhook_set')
  expect(await gateway.get('/readyz')).toMatchObject({ status: 200 })
})

test('a wrong token is named in the log and by /readyz, is shown nowhere, and ends nothing', async () => {
  await using telegram = await startTelegram()
  const token = '1234567:wrong-token_of-this-test'
  const gateway = await startGateway(telegram, { TELEGRAM_BOT_TOKEN: token })
  await gateway.logged('Telegram refuses the bot token: check TELEGRAM_BOT_TOKEN')
  const { status, text } = await gateway.get('/readyz')
  expect([status, text]).toEqual([503, expect.stringContaining('TELEGRAM_BOT_TOKEN')])
  expect(await gateway.get('/healthz')).toMatchObject({ status: 200 })
  expect(await gateway.stop()).toBe(0)
  expect(gateway.output()).not.toContain(token)
})

test('an address that Telegram does not want is named by /readyz', async () => {
  await using telegram = await startTelegram()
  const gateway = await startGateway(telegram, { ...asWebhook, PUBLIC_URL: 'https://station.test:5000' })
  await vi.waitFor(async () => expect((await gateway.get('/readyz')).text).toContain('refuses PUBLIC_URL'), WITHIN)
})

test('while Redis is away Telegram is told so at once, and its update is taken when Redis is back', async () => {
  await using telegram = await startTelegram({ retryFactor: 0.05 })
  const gateway = await startGateway(telegram, asWebhook)
  await gateway.logged('telegram.webhook_set')
  await redis.kill()
  telegram.privateChat().say('hello')
  await vi.waitFor(() => expect(telegram.webhookAttempts.map(({ status }) => status)).toContain(503), WITHIN)
  await redis.restart()
  await gateway.logged('message.received')
  await vi.waitFor(() => expect(telegram.unfinished().updates).toBe(0), WITHIN)
})
