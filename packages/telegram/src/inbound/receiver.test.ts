import { inboundMessageSchema, Rejected, Unauthenticated } from '@waystation/domain'
import { telegramUpdate } from '@waystation/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { telegramReceiver } from './receiver.ts'

const secret = 'the-secret_of-this-test'
const receiver = telegramReceiver({ secret, bot: { id: 77, username: 'my_bot' } })
const receive = (body: string | Buffer) =>
  receiver.receive({ headers: { 'x-telegram-bot-api-secret-token': secret }, body: Buffer.from(body) })

test('an update with the secret is received', () => {
  const { messages } = receive(JSON.stringify(telegramUpdate({ text: 'hi' })))
  expect(messages).toMatchObject([{ text: 'hi', traceId: expect.stringMatching(/^[\da-f]{32}$/) }])
})

test.each([
  ['missing', undefined],
  ['empty', ''],
  ['a part of it', secret.slice(0, -1)],
  ['longer', `${secret}x`],
  ['another of its length', secret.replace('t', 'x')],
  ['given twice', [secret, secret]],
])('with a secret that is %s nothing is parsed', (_, given) => {
  const headers = given === undefined ? {} : { 'x-telegram-bot-api-secret-token': given }
  expect(() => receiver.receive({ headers, body: Buffer.from('not even JSON') })).toThrow(Unauthenticated)
})

test.each(['', '{', 'text', '\ufeff{}', '{"update_id":1}}'])('%j is refused as no JSON', body => {
  expect(() => receive(body)).toThrow(expect.objectContaining({ reason: 'not_json' }))
})

/** Messages that are valid, or an error that a gateway expects. */
function expectHarmless(body: string | Buffer): void {
  try {
    for (const message of receive(body).messages) inboundMessageSchema.parse(message)
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
  }
}

const json = fc.jsonValue()
const fields = [
  'message_id',
  'message_thread_id',
  'is_topic_message',
  'from',
  'sender_chat',
  'chat',
  'date',
  'edit_date',
  'reply_to_message',
  'quote',
  'text',
  'caption',
  'entities',
  'caption_entities',
  'photo',
  'document',
  'contact',
]
const user = { id: 5, is_bot: false, first_name: 'A' }
const valid = { message_id: 1, date: 1, from: user, chat: { id: -5, type: 'group' }, text: 'hey @my_bot /help@my_bot' }
const entity = fc.record({
  type: fc.constantFrom('mention', 'text_mention', 'bot_command', 'bold'),
  offset: fc.nat(40),
  length: fc.nat(40),
  user: fc.option(fc.constant(user), { nil: undefined }),
})
const mutated = fc
  .tuple(fc.constantFrom(...fields), json, fc.array(entity), fc.string({ unit: 'binary' }))
  .map(([field, value, entities, text]) => ({ ...valid, text: valid.text + text, entities, [field]: value }))

test('whatever is posted, it is a message, or refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.uint8Array().map(bytes => Buffer.from(bytes)),
      ),
      expectHarmless,
    ),
    { numRuns: 1000 },
  )
})

test('whatever field of an update is forged, it is a message, or refused', () => {
  const update = fc.record({
    update_id: fc.oneof(fc.nat(), json),
    message: mutated,
    edited_message: fc.option(mutated),
  })
  const kinds = fc.oneof(
    update,
    fc.record({ update_id: fc.nat(), message: mutated }),
    fc.record({ update_id: fc.nat(), edited_message: mutated }),
  )
  fc.assert(
    fc.property(kinds, forged => expectHarmless(JSON.stringify(forged))),
    { numRuns: 3000 },
  )
})

test('nesting without end does no harm', () => {
  expectHarmless('['.repeat(500_000))
  expectHarmless(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)
  expectHarmless(`{"update_id":1,"message":${'{"reply_to_message":'.repeat(50_000)}1${'}'.repeat(50_001)}`)
})
