import { startModel, startStation } from '@waystation/testing'
import { expect, test } from 'vitest'
import { openSession, say } from './web-session.ts'

/** Every process prints where it connects to. */
const printConnections = `--import data:text/javascript,${encodeURIComponent(`
  import { subscribe } from 'node:diagnostics_channel'
  subscribe('net.client.socket', ({ socket }) =>
    socket.once('connect', () => console.log('connected to ' + socket.remoteAddress + ' ' + socket.remotePort)))
`)}`

// A single message cannot be marked for the local tier yet; what holds today is that of a whole station.
test('with only a local model configured, nothing leaves for another place, however the local one fails', async () => {
  await using elsewhere = await startModel()
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, 'gateway-web': 1, inference: 1, sender: 1 },
    env: {
      NODE_OPTIONS: printConnections,
      // An address, a key of the same vendor for other programs, a proxy: none of them is a commercial model.
      COMMERCIAL_MODEL_BASE_URL: elsewhere.baseUrl,
      OPENAI_BASE_URL: elsewhere.baseUrl,
      OPENAI_API_KEY: 'of another program',
      HTTP_PROXY: elsewhere.baseUrl,
    },
  })
  const { telegram, model, redis } = station
  const chat = telegram.privateChat()
  const session = await openSession(station.web)
  for (const fault of [
    { kind: 'status', status: 500 },
    { kind: 'loading' },
    { kind: 'insufficient_quota' },
    { kind: 'cut', afterChunks: 1 },
    { kind: 'no_finish_reason' },
    { kind: 'html' },
  ] as const) {
    model.fault(fault)
    chat.say('private')
    await say(session, 'private')
    await station.settled()
  }
  expect(model.requests.length).toBeGreaterThan(12)
  expect(elsewhere.requests).toEqual([])
  const ours = [redis.url, telegram.apiRoot, model.baseUrl].map(address => new URL(address).port)
  const reached = new Set(Array.from(station.output.matchAll(/^connected to (.*)$/gm), ([, address]) => address))
  expect(reached).toEqual(new Set(ours.map(port => `127.0.0.1 ${port}`)))
})
