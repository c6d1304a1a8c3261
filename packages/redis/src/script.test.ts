import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { close, connect, script, startTestRedis } from './index.ts'

async function luaFile(lua: string): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'waystation-lua-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'append.lua'), lua)
  return pathToFileURL(join(folder, 'append.lua'))
}

test('a script gets its keys and arguments, and scripts of one file name do not mix', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  onTestFinished(() => close(redis))
  const echo = script(redis, await luaFile('return { KEYS[1], ARGV[1], #KEYS, #ARGV }'))
  const push = script(redis, await luaFile("return redis.call('RPUSH', KEYS[1], ARGV[1], ARGV[2])"))
  expect(await push(['list'], ['a', 1])).toBe(2)
  expect(await echo(['key'], ['驿站'])).toEqual(['key', '驿站', 1, 1])
  expect(await redis.append('text', 'x')).toBe(1)
})

test('a Redis that forgot its scripts, or restarted, is taught them again', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  onTestFinished(() => close(redis))
  const count = script(redis, await luaFile("return redis.call('INCR', KEYS[1])"))
  expect(await count(['n'], [])).toBe(1)
  await redis.script('FLUSH')
  expect(await count(['n'], [])).toBe(2)
  await server.kill()
  await server.restart()
  expect(await vi.waitFor(() => count(['n'], []))).toBe(3)
})

test('calls that were not waited for run in their order, the first ones on a new connection too', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  onTestFinished(() => close(redis))
  const push = script(redis, await luaFile("return redis.call('RPUSH', KEYS[1], ARGV[1])"))
  const numbers = Array.from({ length: 100 }, (_, index) => String(index))
  await Promise.all(numbers.map(number => push(['list'], [number])))
  expect(await redis.lrange('list', 0, -1)).toEqual(numbers)
})
