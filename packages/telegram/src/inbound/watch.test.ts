import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startTelegram, type TelegramSimulator } from '@waystation/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { botApi } from '../api.ts'
import { registerWebhook } from './register.ts'
import { type WebhookState, watchWebhook } from './watch.ts'

const PUBLIC_URL = 'https://station.test/'
const WITHIN = { timeout: 20_000 }

/** Sets the webhook, and looks at it often until the test ends. */
async function startWatching(telegram: TelegramSimulator) {
  const api = botApi(telegram)
  const stopping = new AbortController()
  const lines: object[] = []
  const add = (line: object) => void lines.push(line)
  const background = { log: { info: add, warn: add, error: add }, signal: stopping.signal }
  await registerWebhook(api, { publicUrl: PUBLIC_URL, secret: 's' }, background)
  const states: WebhookState[] = []
  const report = (state: WebhookState) => void states.push(state)
  const watching = watchWebhook({ api, publicUrl: PUBLIC_URL, report, everyMs: 20, ...background })
  onTestFinished(async () => {
    stopping.abort()
    await expect(watching).rejects.toHaveProperty('name', 'AbortError')
    await api.close()
  })
  const eventually = (state: object) => vi.waitFor(() => expect(states.at(-1)).toMatchObject(state), WITHIN)
  return { api, lines, states, eventually }
}

test('a webhook that fails is seen, and is seen to work again', async () => {
  await using telegram = await startTelegram({ retryFactor: 0.01 })
  // A port on which nobody listens.
  telegram.setFront(['http://127.0.0.1:1'])
  const { states, eventually } = await startWatching(telegram)
  await eventually({ isOurs: true, pendingUpdates: 0, lastError: undefined })
  const before = Math.floor(Date.now() / 1000)
  telegram.privateChat().say('hello')
  await eventually({ isOurs: true, pendingUpdates: 1, lastError: { message: 'Webhook connection closed' } })
  const server = createServer((_, response) => void response.end()).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  // It listens on a port.
  telegram.setFront([`http://127.0.0.1:${(server.address() as AddressInfo).port}`])
  await eventually({ pendingUpdates: 0 })
  expect(states.at(-1)?.lastError?.at).toBeGreaterThanOrEqual(before)
})

test('a webhook that somebody else sets is not ours', async () => {
  await using telegram = await startTelegram()
  const { api, eventually } = await startWatching(telegram)
  await eventually({ isOurs: true })
  await api.call('setWebhook', { url: 'https://another.test/webhooks/telegram' }, z.literal(true))
  await eventually({ isOurs: false })
})

test.each([
  { status: 502 },
  { status: 400 },
  { status: 200, body: '{"ok":true,"result":{}}' },
  { drop: 'before' as const },
])('a Telegram that answers with %j is asked again', async fault => {
  await using telegram = await startTelegram()
  telegram.fault('getWebhookInfo', fault, { times: 1 })
  const { lines, eventually } = await startWatching(telegram)
  await eventually({ isOurs: true })
  const unknown = lines.filter(line => 'event' in line && line.event === 'telegram.webhook_unknown')
  expect(unknown).toHaveLength(1)
})
