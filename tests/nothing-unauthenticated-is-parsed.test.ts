import { once } from 'node:events'
import { request } from 'node:http'
import { startStation, telegramUpdate } from '@waystation/testing'
import { expect, test } from 'vitest'
import { openSession, readUntil, say } from './web-session.ts'

const secret = 'the-webhook-secret'
const header = 'x-telegram-bot-api-secret-token'
const half = '\ud800'

test('without the secret nothing is read of what comes, however it is made', async () => {
  await using station = await startStation({ env: { TELEGRAM_WEBHOOK_SECRET: secret } })
  const origin = station.web
  const bodies = [JSON.stringify(telegramUpdate({ text: 'hello', chat: 42 })), '{not json', '']
  const wrong = [
    {},
    { [header]: '' },
    { [header]: 'wrong' },
    { [header]: secret.toUpperCase() },
    { [header]: secret.slice(0, -1) },
    { [header]: `${secret}, ${secret}` },
    { [header]: [secret, secret] },
    { [header]: ['wrong', secret] },
    { [header]: 'x'.repeat(12_000) },
    { authorization: `Bearer ${secret}` },
  ]
  for (const headers of wrong)
    for (const body of bodies)
      expect({ headers, ...(await post(origin, headers, body)) }).toMatchObject({ status: 401 })

  await station.settled()
  const metrics = await station.metrics()
  const refused = { channel: 'telegram', reason: 'unauthenticated' }
  expect(metrics.sum('waystation_messages_rejected_total', refused)).toBe(wrong.length * bodies.length)
  expect(metrics.sum('waystation_messages_rejected_total')).toBe(wrong.length * bodies.length)
  expect(metrics.sum('waystation_messages_received_total')).toBe(0)
  expect(station.model.requests).toEqual([])
  station.telegram.privateChat({ id: 42 })
  expect((await post(origin, { [header]: secret }, bodies[0] ?? '')).status).toBe(200)
  await station.settled()
  expect(station.telegram.texts(42)).toEqual(['re: hello'])
})

test('whatever comes with the secret ends in no fault of ours, and is counted by its reason', async () => {
  await using station = await startStation()
  const { telegram } = station
  const message = telegramUpdate({ text: 'hello', chat: 42 }).message
  const update = (fields: object, kind = 'message') =>
    JSON.stringify({ update_id: 1, [kind]: { ...message, message_id: 1_000, ...fields } })
  const hostile: Record<string, string[]> = {
    not_json: ['', 'x', '{', '{"update_id":1', '\ufeff{}', 'null,', "{'update_id':1}", '\0'],
    bad_update: [
      ...['null', '[]', '1', '"x"', '{}', 'true', '[[[[]]]]', '[{"update_id":1}]', '['.repeat(5e4) + ']'.repeat(5e4)],
      ...[{ message_id: '7' }, { message_id: -1 }, { message_id: 1.5 }, { chat: null }, { chat: { id: 'x' } }].map(f =>
        update(f),
      ),
      ...[{ date: 'now' }, { date: 1e20 }, { text: 7 }, { text: ['hello'] }, { from: 'me' }, { entities: {} }].map(f =>
        update(f),
      ),
      ...[{ photo: 'x' }, { document: [] }, { entities: [{ type: 'mention', offset: -1, length: 1e9 }] }].map(f =>
        update(f),
      ),
      update({}).replace('1000', '1e999'),
    ],
  }
  for (const [reason, bodies] of Object.entries(hostile)) {
    for (const body of bodies)
      expect({ body, status: await telegram.deliver(Buffer.from(body)) }).toEqual({ body, status: [200] })
    const counted = (await station.metrics()).sum('waystation_messages_rejected_total', { reason })
    expect({ reason, counted }).toEqual({ reason, counted: bodies.length })
  }
  expect(await telegram.deliver(Buffer.alloc(2_000_000, ' '))).toEqual([413])
  expect(await telegram.deliver(Buffer.from([0xff, 0xfe, 0x7b, 0x7d]))).toEqual([200])
  for (const kind of ['poll', 'callback_query', 'chat_member', 'of_the_future'])
    expect(await telegram.deliver(Buffer.from(`{"update_id":1,"${kind}":{}}`))).toEqual([200])
  const metrics = await station.metrics()
  expect(metrics.sum('waystation_messages_rejected_total', { reason: 'body_too_large' })).toBe(1)
  expect(metrics.sum('waystation_updates_ignored_total')).toBe(4)
  expect(metrics.sum('waystation_updates_ignored_total', { reason: 'unknown' })).toBe(1)

  // Strange, but a message of its chat: answered, and the next one too.
  const strange: Record<string, unknown>[] = [
    { text: `half ${half} of it` },
    { text: 'nothing\0here' },
    { text: 'fine', from: { id: 42, is_bot: false, first_name: half, language_code: `zh${half}` } },
    {
      caption: 'a file',
      text: undefined,
      document: { file_id: `f${half}`, file_name: `${half}.txt`, file_size: 1e300 },
    },
    { text: 'an answer', reply_to_message: { message_id: 1, chat: { id: 42 }, date: 1, text: half } },
    { text: '\u202e\u200b\u{10ffff}' },
    { text: '<b>&lt;</i>\u0007' },
    { text: 'said to all', entities: [{ type: 'mention', offset: 1e6, length: 1e6 }] },
    JSON.parse('{ "text": "x", "__proto__": { "polluted": true }, "constructor": 1 }'),
  ]
  for (const [index, fields] of strange.entries()) {
    const chat = { id: 100 + index, type: 'private', first_name: half }
    expect(await telegram.deliver(Buffer.from(update({ ...fields, chat })))).toEqual([200])
    telegram.privateChat({ id: chat.id }).say('and now?')
  }
  await station.settled()
  for (const index of strange.keys()) expect(telegram.texts(100 + index).at(-1)).toContain('and now?')
  expect((await station.metrics()).sum('waystation_errors_total')).toBe(0)
  expect((await station.metrics()).sum('waystation_dead_letters_total')).toBe(0)
  expect(station.of('all')).toHaveLength(1)
})

test('the web chat reads nothing without a session, and refuses with a reason what it cannot read', async () => {
  await using station = await startStation()
  const session = await openSession(station.web)
  const id = 'c0ffee00-0000-4000-8000-000000000001'
  const path = '/api/messages'
  expect((await post(station.web, {}, '{not json', path)).status).toBe(401)
  expect((await post(station.web, { ...session, origin: 'https://elsewhere.test' }, '{}', path)).status).toBe(401)
  const bad = [
    ...['', '{', 'null', '[]', '{}', JSON.stringify({ id: '1', text: 'x' }), JSON.stringify({ id, text: 7 })],
    ...[half, 'a\0b', ' ', 'x'.repeat(16_001)].map(text => JSON.stringify({ id, text })),
  ]
  for (const body of bad) {
    const { status, text } = await post(station.web, { cookie: session.cookie }, body, path)
    expect({ body, status, error: JSON.parse(text).error }).toEqual({ body, status: 400, error: expect.any(String) })
  }
  const cookie = { cookie: session.cookie }
  expect((await post(station.web, cookie, Buffer.alloc(2_000_000, ' '), path)).status).toBe(413)
  const metrics = await station.metrics()
  expect(metrics.sum('waystation_messages_rejected_total', { channel: 'web' })).toBe(bad.length + 3)
  expect((await say(session, 'hello', id)).status).toBe(202)
  expect((await readUntil(session, 're: hello')).length).toBeGreaterThan(1)
})

type Headers = Readonly<Record<string, string | string[]>>

/** With headers exactly as given, repeated ones too, which `fetch` would join. */
async function post(origin: string, headers: Headers, body: string | Buffer, path = '/webhooks/telegram') {
  const asked = request(`${origin}${path}`, { method: 'POST', headers, agent: false })
  asked.end(body)
  const [response] = await once(asked, 'response')
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return { status: Number(response.statusCode), text }
}
