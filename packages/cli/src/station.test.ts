import { close, connect, startTestRedis } from '@waystation/redis'
import { callWaystation } from '@waystation/testing'
import { expect, onTestFinished, test } from 'vitest'
import { inWords, Unreachable } from './station.ts'

test('a Redis that takes nothing more says so, without a stack', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  onTestFinished(() => close(redis))
  await redis.config('SET', 'maxmemory', 1)
  expect(await callWaystation(server.env, 'send', 'telegram.1.2', 'hello')).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^Redis refuses it: OOM .*\n$/),
  })
})

test('a Redis that goes away is told as one that is not there', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  const asked = () => redis.ping().catch(error => inWords(error, { redis }))
  expect(await asked()).toBe('PONG')
  await close(redis)
  expect(await asked()).toBeInstanceOf(Unreachable)
  const other = new TypeError('ours')
  expect(inWords(other, { redis })).toBe(other)
})

test('a Redis that hangs under way is told as one that is not there, without a stack', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  onTestFinished(() => close(redis))
  await redis.call('CLIENT', 'PAUSE', 60_000, 'WRITE')
  expect(await callWaystation(server.env, 'send', 'telegram.1.2', 'hello')).toEqual({
    code: 3,
    stdout: '',
    stderr: expect.stringMatching(/^Redis no longer answers, .* waystation trace [\da-f-]{36}\n$/),
  })
})

test('a Redis that ends under way is told so, without a stack', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  onTestFinished(() => close(redis))
  const asked = redis.blpop('nothing', 0).catch(error => inWords(error, { redis }))
  await server.kill()
  expect(await asked).toBeInstanceOf(Unreachable)
})
