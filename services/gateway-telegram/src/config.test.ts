import { ConfigError, readEnv } from '@waystation/runtime'
import { expect, test } from 'vitest'
import { environment, webhookOf } from './config.ts'

const REDIS_URL = 'redis://127.0.0.1'
const TELEGRAM_BOT_TOKEN = '123:a-token_of-this-test'
const PUBLIC_URL = 'https://chat.example.com'
const read = (env: object) => readEnv(environment, { REDIS_URL, TELEGRAM_BOT_TOKEN, ...env })

test('updates are posted to us where PUBLIC_URL is set, and fetched otherwise', () => {
  expect(webhookOf(read({}))).toBeUndefined()
  expect(webhookOf(read({ PUBLIC_URL, TELEGRAM_MODE: 'polling' }))).toBeUndefined()
  expect(webhookOf(read({ PUBLIC_URL, TELEGRAM_WEBHOOK_SECRET: 's' }))).toEqual({ publicUrl: PUBLIC_URL, secret: 's' })
})

test('without a secret of its own, every replica derives the same one, which does not tell the token', () => {
  const one = webhookOf(read({ PUBLIC_URL }))?.secret
  expect(one).toMatch(/^[\da-f]{64}$/)
  expect(webhookOf(read({ PUBLIC_URL }))?.secret).toBe(one)
  expect(webhookOf(read({ PUBLIC_URL, TELEGRAM_BOT_TOKEN: '123:another' }))?.secret).not.toBe(one)
})

test.each([
  ['TELEGRAM_BOT_TOKEN', 'bot123:secret value'],
  ['TELEGRAM_BOT_TOKEN', undefined],
  ['TELEGRAM_WEBHOOK_SECRET', 'secret value'],
  ['TELEGRAM_MODE', 'secret value'],
  ['TELEGRAM_API_ROOT', 'http://secret-value.example.com'],
  ['PUBLIC_URL', 'http://secret-value.example.com'],
  ['PUBLIC_URL', 'secret value'],
])('a wrong %s is named, not shown', (name, value) => {
  const reading = () => read({ [name]: value })
  expect(reading).toThrow(ConfigError)
  expect(reading).toThrow(name)
  expect(reading).not.toThrow(/secret.value/)
})

test('a webhook needs an address', () => {
  expect(() => read({ TELEGRAM_MODE: 'webhook' })).toThrow('PUBLIC_URL')
})

test.each(['http://localhost:8081', 'http://127.0.0.1:9', 'http://[::1]:9', 'https://api.example.com/tg'])(
  '%s is fine as an API root',
  TELEGRAM_API_ROOT => {
    expect(read({ TELEGRAM_API_ROOT })).toMatchObject({ TELEGRAM_API_ROOT })
  },
)
