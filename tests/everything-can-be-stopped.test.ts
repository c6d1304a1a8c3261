import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request as createRequest } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Station, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { gatherCrowd } from './crowd.ts'
import { openSession, readUntil, say, type WebSession } from './web-session.ts'

const clean = { code: 0, signal: null }

test.concurrent('each kind of service ends what it began under load, exits 0, and nothing is lost or doubled', {
  timeout: 120_000,
}, async () => {
  const kinds = ['gateway-telegram', 'gateway-web', 'inference', 'sender']
  await using station = await startStation({
    processes: Object.fromEntries(kinds.map(kind => [kind, 2])),
    telegram: { retryFactor: 0.1 },
    model: { durationMs: 100 },
  })
  const crowd = gatherCrowd(station.telegram, 30)
  const session = await openSession(station.web)
  const pageIsOpen = readUntil(session, 'never said').catch(() => [])
  {
    using _talking = crowd.talk(200)
    for (const kind of kinds) {
      await sleep(500)
      const [process] = station.of(kind)
      if (!process) return expect.unreachable()
      // As browsers open them, before they have anything to ask.
      const unused = connect(process.port).on('error', () => {})
      await once(unused, 'connect')
      const [ended] = await Promise.all([process.kill('SIGTERM'), sayUntilTaken(station, session, kind)])
      expect({ kind, ended }).toEqual({ kind, ended: clean })
      await station.replace(process)
    }
  }
  await station.settled()
  expect(crowd.tally()).toEqual({ wrong: [], doubled: 0 })
  expect((await station.metrics()).sum('waystation_parts_total', { outcome: 'doubtful' })).toBe(0)
  await pageIsOpen
  const answers = (await readUntil(session, 're: sender')).filter(({ state }) => state === 'final')
  expect(answers.map(({ text }) => text)).toEqual(kinds.map(kind => `re: ${kind}`))
})

test.concurrent('a chat that never falls silent does not hold up the end', { timeout: 120_000 }, async () => {
  let writeOn = () => {}
  const answer = () => {
    writeOn()
    return 'tell me more'
  }
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 1, sender: 1 },
    model: { durationMs: 300, answer },
  })
  const chat = station.telegram.privateChat()
  writeOn = () => void chat.say('and another thing')
  writeOn()
  await vi.waitUntil(() => station.model.requests.length > 2, { timeout: 30_000 })
  const [process] = station.of('inference')
  if (!process) return expect.unreachable()
  const asked = station.model.requests.length
  expect(await process.kill('SIGTERM')).toEqual(clean)
  // The answer under way, and what began until the signal was heard; until the deadline it would be eighty.
  expect(station.model.requests.length - asked).toBeLessThan(5)
  writeOn = () => {}
  await station.replace(process)
  await station.settled()
})

test.concurrent('everything in one process: it ends what it began, and the next start carries on with what waits', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({ telegram: { retryFactor: 0.02 }, model: { durationMs: 500 } })
  const crowd = gatherCrowd(station.telegram, 30)
  {
    using _talking = crowd.talk(200)
    for (let round = 0; round < 2; round += 1) {
      await sleep(1_000)
      const [process] = station.of('all')
      if (!process) return expect.unreachable()
      expect(await process.kill('SIGTERM')).toEqual(clean)
      await station.replace(process)
    }
  }
  await station.settled()
  expect(crowd.tally()).toEqual({ wrong: [], doubled: 0 })
})

test.concurrent('a worker that is stopped in the middle of a very long answer leaves it to another', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 1, sender: 1 },
    model: { durationMs: 300_000, firstTokenMs: 100, chunks: 60 },
  })
  const { telegram, model } = station
  const chat = telegram.privateChat()
  chat.say('a very long story')
  await vi.waitUntil(() => model.active() === 1 && telegram.drafts.length > 0, { timeout: 30_000 })
  const [worker] = station.of('inference')
  await station.start('inference')
  model.manner.durationMs = 0
  chat.say('and then?')
  expect(await worker?.kill('SIGTERM')).toEqual(clean)
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['re: a very long story', 're: and then?'])
  expect(model.requests.map(({ aborted }) => aborted)).toEqual([true, false, false])
})

test.concurrent('a sender that is stopped or killed while an answer grows leaves it to another: it stays one message', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 1, sender: 1 },
    model: { durationMs: 25_000, firstTokenMs: 100, chunks: 20, answer: () => 'a story that takes its time' },
  })
  const { telegram } = station
  const group = telegram.group()
  group.say('@waystation_bot a story, please')
  await vi.waitUntil(() => telegram.sent.length > 0, { timeout: 30_000 })
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const edits = () => telegram.sent[0]?.edits.length ?? 0
    const before = edits()
    await vi.waitUntil(() => edits() > before, { timeout: 30_000 })
    const [sender] = station.of('sender')
    await station.start('sender')
    expect((await sender?.kill(signal))?.code).toBe(signal === 'SIGTERM' ? 0 : null)
  }
  await station.settled()
  expect(telegram.texts(group)).toEqual(['a story that takes its time'])
})

test.concurrent('what is on its way to a gateway that is stopped is still taken', async () => {
  await using station = await startStation({
    processes: { 'gateway-web': 1, inference: 1, sender: 1 },
    telegram: 'none',
  })
  const [gateway] = station.of('gateway-web')
  if (!gateway) return expect.unreachable()
  const { cookie } = await openSession(station.web)
  const body = JSON.stringify({ id: randomUUID(), text: 'hello' })
  const headers = { cookie, 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' }
  const request = createRequest(`${station.web}/api/messages`, { method: 'POST', headers })
  request.flushHeaders()
  await once(request, 'continue')
  request.write(body.slice(0, 10))
  const stopped = gateway.kill('SIGTERM')
  await vi.waitUntil(() => station.output.includes('"event":"process.stopping"'), { timeout: 30_000 })
  // What can be closed by then is closed.
  await sleep(500)
  request.end(body.slice(10))
  const [response] = await once(request, 'response')
  expect(response.statusCode).toBe(202)
  expect(await stopped).toEqual(clean)
})

/** As the page does: again, under the same id, until a gateway took it. */
async function sayUntilTaken(station: Station, session: WebSession, text: string): Promise<void> {
  const id = randomUUID()
  const post = () => say({ ...session, web: station.web }, text, id).catch(() => undefined)
  await vi.waitUntil(async () => (await post())?.status === 202, { timeout: 30_000 })
}
