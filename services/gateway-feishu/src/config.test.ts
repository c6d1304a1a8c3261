import { expect, test } from 'vitest'
import { environment, modeOf } from './config.ts'

const REDIS_URL = 'redis://127.0.0.1:6379'
const app = { REDIS_URL, FEISHU_APP_ID: 'cli_0123456789abcdef', FEISHU_APP_SECRET: 'secret' }
const PUBLIC_URL = 'https://bot.example.com'
const parse = (env: object) => environment.safeParse(env)

test('events come over connections that we open, unless there is a way to us', () => {
  const modes = [
    app,
    { ...app, PUBLIC_URL, FEISHU_ENCRYPT_KEY: 'key' },
    { ...app, PUBLIC_URL, FEISHU_MODE: 'websocket' },
  ]
  expect(modes.map(env => modeOf(environment.parse(env)))).toEqual(['websocket', 'webhook', 'websocket'])
})

test.each([
  [{ REDIS_URL }, 'FEISHU_APP_ID'],
  [{ REDIS_URL, FEISHU_APP_ID: app.FEISHU_APP_ID }, 'FEISHU_APP_SECRET'],
  [{ ...app, FEISHU_MODE: 'webhook' }, 'FEISHU_ENCRYPT_KEY'],
  [{ ...app, FEISHU_MODE: 'polling' }, 'FEISHU_MODE'],
  [{ ...app, PUBLIC_URL: 'http://bot.example.com', FEISHU_ENCRYPT_KEY: 'key' }, 'PUBLIC_URL'],
])('%j lacks or misstates %s', (env, name) => {
  expect(parse(env).error?.issues.map(({ path }) => path.join('.'))).toEqual([name])
})

test.each([{ FEISHU_ENCRYPT_KEY: 'key' }, { FEISHU_VERIFICATION_TOKEN: 'token' }])(
  'by webhook one secret is enough: %j',
  secret => {
    expect(parse({ ...app, PUBLIC_URL, ...secret }).success).toBe(true)
  },
)
