import { randomUUID } from 'node:crypto'
import type { RawRequest } from '@waystation/domain'
import { tracesRequests } from '@waystation/testing/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newSession, sessionCookie } from './authenticate.ts'
import { webReceiver } from './receiver.ts'

const key = 'the key that signs sessions in this test'
const session = newSession()
const cookie = String(sessionCookie(session, key, true).split(';')[0])
const id = randomUUID()

const request = (body: unknown, headers: RawRequest['headers'] = {}): RawRequest => ({
  headers: { host: 'chat.example', cookie, ...headers },
  body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
})
const receive = (body: unknown, headers?: RawRequest['headers']) => webReceiver(key).receive(request(body, headers))
const received = (text: string, headers?: RawRequest['headers']) => receive({ id, text }, headers).messages[0]
const rejected = (reason: string) => expect.objectContaining({ name: 'Rejected', reason })
const unauthenticated = expect.objectContaining({ name: 'Unauthenticated' })

tracesRequests(async () => ({
  receiver: webReceiver(key),
  says: text => request({ id, text }),
  async [Symbol.asyncDispose]() {},
}))

test('what the page posts becomes a message of its session, under the id the page gave it', () => {
  expect(receive({ id: id.toUpperCase(), text: '  Hi\nthere ' }, { 'accept-language': 'zh-CN,zh;q=0.9' })).toEqual({
    messages: [
      {
        id,
        conversation: `web.chat.${session}`,
        sender: { id: session, language: 'zh-CN' },
        text: 'Hi\nthere',
        attachments: [],
        mentions: [],
        addressed: 'direct',
        sentAt: expect.any(Number),
        receivedAt: expect.any(Number),
        traceId: expect.any(String),
      },
    ],
    ignored: [],
  })
})

test.each([
  ['/reset', 'reset'],
  ['/RESET now, please', 'reset'],
  ['/stop\nit', 'stop'],
  ['/persona 律师', 'persona'],
  ['/helpless', undefined],
  ['please /help', undefined],
  ['/etc/hosts', undefined],
  ['/help-me', undefined],
])('%j asks for %s', (text, command) => {
  expect(received(text)?.command).toBe(command)
})

test.each([
  ['*', undefined],
  ['de;q=0.5', 'de'],
  ['zh-Hant-TW, en', 'zh-Hant-TW'],
  ['<script>', undefined],
  ['x'.repeat(5_000), undefined],
])('of the languages %j it takes %s', (header, language) => {
  expect(received('hi', { 'accept-language': header })?.sender.language).toBe(language)
})

test('nobody without a session of ours is listened to, nothing parsed', () => {
  const [name, value] = cookie.split('=')
  const forged = [
    undefined,
    '',
    `${name}=`,
    `${name}=${session}`,
    `${name}=${newSession()}.${value?.split('.')[1]}`,
    `${name}=${value?.slice(0, -1)}${value?.endsWith('A') ? 'B' : 'A'}`,
    `${name}=${value}A`,
    `other=${value}`,
    String(sessionCookie(session, 'another key', true)),
  ]
  for (const header of forged) expect(() => receive('{', { cookie: header })).toThrow(unauthenticated)
  for (const header of [`a=b; ${cookie}; c=d`, `${name}=nonsense;${cookie}`]) {
    expect(receive({ id, text: 'hi' }, { cookie: header }).messages).toHaveLength(1)
  }
})

test('no other site can write in the name of whoever visits it', () => {
  for (const foreign of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://chat.example' },
    { origin: 'https://evil.example' },
    { origin: 'https://chat.example.evil.example' },
    { origin: 'null' },
  ]) {
    expect(() => received('hi', foreign)).toThrow(unauthenticated)
  }
  for (const own of [{}, { 'sec-fetch-site': 'same-origin' }, { origin: 'http://chat.example' }]) {
    expect(received('hi', own)?.text).toBe('hi')
  }
})

test('what is no message is refused, with the reason', () => {
  expect(() => receive(Buffer.from('{'))).toThrow(rejected('not_json'))
  expect(() => receive(Buffer.from([0x22, 0xff, 0x22]))).toThrow(rejected('not_json'))
  for (const body of [
    null,
    [],
    'text',
    { id },
    { id: 7, text: 'hi' },
    { id: 'my-id', text: 'hi' },
    { id, text: ['hi'] },
  ]) {
    expect(() => receive(body)).toThrow(rejected('bad_message'))
  }
  expect(() => received(' \n\u00a0')).toThrow(rejected('empty_text'))
  expect(() => received('a\0b')).toThrow(rejected('bad_text'))
  expect(() => received('half a \ud83d')).toThrow(rejected('bad_text'))
  expect(() => received('x'.repeat(16_001))).toThrow(rejected('too_long'))
  expect(received('驿'.repeat(16_000))?.text).toHaveLength(16_000)
})

test('whatever comes in, it is a message or refused', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.string({ unit: 'grapheme' }),
    fc.constant('/reset'),
  )
  const body = fc.oneof(
    fc.json(),
    fc.record({ id: fc.oneof(fc.uuid(), text), text }).map(message => JSON.stringify(message)),
  )
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), body)
  const header = fc.option(text, { nil: undefined })
  fc.assert(
    fc.property(bytes, header, header, header, (raw, origin, language, prefix) => {
      const headers = {
        origin,
        'accept-language': language,
        cookie: prefix === undefined ? cookie : `${prefix}; ${cookie}`,
      }
      try {
        const [message] = receive(Buffer.from(raw), headers).messages
        expect(message?.text.isWellFormed()).toBe(true)
      } catch (error) {
        expect(error).toEqual(expect.objectContaining({ name: expect.stringMatching(/^(Rejected|Unauthenticated)$/) }))
      }
    }),
    { numRuns: 1_000 },
  )
})
