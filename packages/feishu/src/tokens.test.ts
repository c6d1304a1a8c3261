import { createClient } from '@waystation/http'
import { close, connect, startTestRedis } from '@waystation/redis'
import { type FeishuOptions, startFeishu } from '@waystation/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { feishuApi } from './api.ts'
import { createTokens } from './tokens.ts'

async function start(options: FeishuOptions = {}) {
  await using started = new AsyncDisposableStack()
  const feishu = started.use(await startFeishu(options))
  const server = started.use(await startTestRedis())
  const app = { ...feishu.app, baseUrl: feishu.baseUrl }
  const replica = async () => {
    const redis = end.adopt(await connect(server.url, 'commands'), close)
    return { redis, tokens: createTokens(app, createClient(app.baseUrl), redis), api: feishuApi(app, redis) }
  }
  const end = started.move()
  const asked = () => feishu.calls.filter(({ endpoint }) => endpoint === 'token').length
  return { feishu, server, replica, asked, [Symbol.asyncDispose]: () => end.disposeAsync() }
}

const bot = { name: 'bot', method: 'GET', path: '/open-apis/bot/v3/info' } as const

test('all callers of all replicas ask for a token once', async () => {
  await using station = await start()
  const replicas = await Promise.all([station.replica(), station.replica(), station.replica()])
  const tokens = await Promise.all(replicas.flatMap(({ tokens }) => Array.from({ length: 20 }, () => tokens.get())))
  expect(new Set(tokens).size).toBe(1)
  expect(station.asked()).toBe(1)
})

test('a token is renewed before it ends', async () => {
  await using station = await start({ tokenSeconds: 2 })
  const { api } = await station.replica()
  const until = Date.now() + 3_000
  while (Date.now() < until) await api.call(bot, z.unknown())
  expect(station.asked()).toBeGreaterThan(1)
})

test.each([99991663, 99991664])(
  'a token that is not taken any more (%i) is renewed once, and the call made again',
  async code => {
    await using station = await start()
    const { api } = await station.replica()
    await api.call(bot, z.unknown())
    station.feishu.fault('bot', { code })
    await api.call(bot, z.unknown())
    expect(station.asked()).toBe(2)
    station.feishu.fault('bot', { code }, { times: 2 })
    await expect(api.call(bot, z.unknown())).rejects.toMatchObject({ name: 'TokenExpired' })
  },
)

test('who is refused a token is told which settings to check, and others may ask at once', async () => {
  await using station = await start()
  const { tokens } = await station.replica()
  station.feishu.fault('token', { code: 10015, msg: 'app secret invalid' })
  await expect(tokens.get()).rejects.toThrow(/FEISHU_APP_SECRET/)
  expect(await tokens.get()).toMatch(/^t-/)
})

test('who asks and dies holds nobody up for long, and without Redis nobody waits', async () => {
  await using station = await start()
  const { tokens, redis } = await station.replica()
  await redis.set(`waystation:feishu:{${station.feishu.app.appId}}:token:asking`, 1, 'PX', 300)
  expect(await tokens.get()).toMatch(/^t-/)
  const other = await station.replica()
  await station.server.kill()
  await expect(other.tokens.get()).rejects.toMatchObject({ name: 'Unavailable' })
})
