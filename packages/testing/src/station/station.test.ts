import { expect, test } from 'vitest'
import { startStation } from './station.ts'

test('a message goes in and its answer comes out, with everything in one process', async () => {
  await using station = await startStation({ model: { answer: () => 'hello' } })
  const chat = station.telegram.privateChat()
  chat.say('hi')
  await station.settled()
  expect(station.telegram.texts(chat)).toEqual(['hello'])
  expect(station.model.requests).toHaveLength(1)
  expect((await station.metrics()).sum('waystation_process_cpu_seconds_total')).toBeGreaterThan(0)
  expect(station.output).toContain('"event":"process.started"')
  expect((await fetch(`${station.web}/healthz`)).status).toBe(200)
})

test('with polling, and no model but the built-in one', async () => {
  await using station = await startStation({ telegram: { mode: 'polling' }, model: 'none' })
  const chat = station.telegram.privateChat()
  chat.say('hi')
  await station.settled()
  expect(station.telegram.texts(chat)).toEqual([expect.stringContaining('re: hi')])
  expect(station.output).toMatch(/"process.started".*built-in responder; no model is connected/)
})

test('services as processes of their own are killed, replaced and added', async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 2, inference: 1, sender: 1 },
    telegram: { retryFactor: 0.1 },
  })
  const chat = station.telegram.privateChat()
  const [gateway] = station.of('gateway-telegram')
  const [worker] = station.of('inference')
  if (!gateway || !worker) return expect.unreachable()

  expect(await worker.kill()).toEqual({ code: null, signal: 'SIGKILL' })
  expect(await gateway.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  chat.say('one')
  await expect(station.settled(0)).rejects.toThrow(/not settled after 0 ms: 1 /)
  const next = await station.replace(gateway)
  expect(next.port).toBe(gateway.port)
  await station.start('inference')
  await station.settled()
  chat.say('two')
  await station.settled()
  expect(station.telegram.texts(chat)).toEqual(['re: one', 're: two'])
  expect(station.of('gateway-telegram')).toHaveLength(2)
})

test('Redis is killed and comes back with what it held', async () => {
  await using station = await startStation({ telegram: { retryFactor: 0.1 } })
  const chat = station.telegram.privateChat()
  await station.redis.kill()
  chat.say('hi')
  await expect(station.settled(0)).rejects.toThrow('Redis does not answer')
  await station.redis.restart()
  await station.settled()
  expect(station.telegram.texts(chat)).toEqual(['re: hi'])
})

test('a service that does not start says why', async () => {
  const started = startStation({ processes: { inference: 1 }, env: { REDIS_URL: 'nonsense' } })
  await expect(started).rejects.toThrow(/inference ended with 1 before it started:\n.*REDIS_URL/s)
})
