import { startStation, startTelegram } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { openSession, readUntil, say } from './web-session.ts'

/** Says everything it was given to read, so that whatever a model should not have read is seen. */
const repeatAll = (messages: { role: string; content: unknown }[]) =>
  messages.flatMap(({ role, content }) => (role === 'user' ? [String(content)] : [])).join(' | ')

test('a model reads what its conversation said, and nothing of any other', async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, 'gateway-web': 1, inference: 2, sender: 2 },
    model: { answer: repeatAll, durationMs: 50 },
  })
  const { telegram } = station
  const forum = telegram.forum()
  // The same person everywhere, and numbers that begin alike.
  const from = { id: 1 }
  const places = [
    ...[1, 11, 111, 1111].map(id => telegram.privateChat({ id })),
    telegram.group(),
    telegram.group(),
    forum,
    forum.topic('one'),
    forum.topic('two'),
  ]
  const sessions = await Promise.all(Array.from({ length: 3 }, () => openSession(station.web)))
  for (const round of [1, 2]) {
    places.forEach((place, index) => void place.say(`@waystation_bot secret${index} round${round}`, { from }))
    await Promise.all(sessions.map((session, index) => say(session, `websecret${index} round${round}`)))
    await station.settled()
  }
  places.forEach((place, index) => {
    const read = telegram.texts(place)
    expect(read).toHaveLength(2)
    expect(new Set(read.join().match(/secret\d+/g))).toEqual(new Set([`secret${index}`]))
    expect(read[1]?.match(/round\d/g)).toEqual(['round1', 'round2'])
  })
  for (const [index, session] of sessions.entries()) {
    const all = `websecret${index} round1 | websecret${index} round2`
    const read = (await readUntil(session, all)).map(({ text }) => text)
    expect(new Set(read.join().match(/\w*secret\d+/g))).toEqual(new Set([`websecret${index}`]))
  }
})

test('a web session opens to its own cookie alone, and the id of an event opens nothing', async () => {
  await using station = await startStation({ processes: { 'gateway-web': 2, inference: 1, sender: 1 } })
  const [ours, theirs] = [await openSession(station.web), await openSession(station.web)]
  await say(theirs, 'their secret')
  const theirEvents = await readUntil(theirs, 're: their secret')
  await say(ours, 'our words')

  const [, session = '', signature = ''] = /=([\w-]+)\.([\w-]+)$/.exec(theirs.cookie) ?? []
  const [, , ourSignature = ''] = /=([\w-]+)\.([\w-]+)$/.exec(ours.cookie) ?? []
  const forged = [
    '',
    `waystation_session=${session}`,
    `waystation_session=${session}.`,
    `waystation_session=${session}.${ourSignature}`,
    `waystation_session=${session}.${'A'.repeat(43)}`,
    `waystation_session=${session}.${signature.slice(0, -1)}`,
    `waystation_session=${session}.${signature}A`,
    `other_session=${session}.${signature}`,
  ]
  for (const cookie of forged) {
    const headers = { cookie, 'last-event-id': '0-0' }
    expect((await fetch(`${station.web}/api/events`, { headers })).status).toBe(401)
    expect((await say({ ...theirs, cookie }, 'as somebody else')).status).toBe(401)
  }

  for (const id of ['', '0-0', theirEvents[0]?.id, theirEvents.at(-2)?.id]) {
    const read = (await readUntil(ours, 're: our words', id)).map(({ text }) => text).join()
    expect(read).not.toContain('secret')
  }
  await station.settled()
  expect(station.model.requests.map(({ messages }) => messages.at(-1)?.content)).toEqual(['their secret', 'our words'])
})

test('two bots on one Redis: who writes to both has two conversations, and neither bot speaks for the other', async () => {
  await using one = await startStation({
    processes: { 'gateway-telegram': 1, inference: 1, sender: 1 },
    model: { answer: repeatAll },
  })
  await using other = await startTelegram({ bot: { id: 7_000_002, username: 'other_bot' } })
  const env = { TELEGRAM_BOT_TOKEN: other.token, TELEGRAM_API_ROOT: other.apiRoot, REDIS_URL: one.redis.url }
  await using second = await startStation({ processes: {}, model: 'none', env })
  await second.start('gateway-telegram')
  await vi.waitUntil(() => other.calls.some(({ method }) => method === 'setWebhook'), { timeout: 30_000 })
  other.setFront(second.of('gateway-telegram').map(({ origin }) => origin))

  const [toOne, toOther] = [one.telegram.privateChat({ id: 42 }), other.privateChat({ id: 42 })]
  toOther.say('for the other')
  toOne.say('for the one')
  // The one bot's sender finds the other's reply, and leaves it where it is.
  const putOff = async () => (await one.metrics()).sum('waystation_retries_total', { stage: 'delivery' })
  await vi.waitUntil(async () => (await putOff()) > 0, { timeout: 30_000 })
  await vi.waitUntil(() => one.telegram.texts(42).length > 0, { timeout: 30_000 })
  for (const sender of one.of('sender')) await sender.kill('SIGTERM')
  await second.start('sender')
  await one.settled()
  expect(one.telegram.texts(42)).toEqual(['for the one'])
  expect(other.texts(42)).toEqual(['for the other'])
})
