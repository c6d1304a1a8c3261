import { conversationOf, inboundMessageSchema, isConversationId, Rejected } from '@waystation/domain'
import fc from 'fast-check'
import { test } from 'vitest'
import { z } from 'zod'
import { parseEvent } from './parse.ts'

const arrival = { appId: 'cli_1', bot: { openId: 'ou_bot', name: 'Bot' }, receivedAt: 1, traceId: 'f00d' }

const conversation = z.string().refine(isConversationId)
const receivedSchema = z.strictObject({
  messages: z.array(inboundMessageSchema),
  recalls: z.array(z.strictObject({ conversation, messageId: z.string() })).optional(),
  votes: z
    .array(z.strictObject({ conversation, replyId: z.string(), voter: z.string(), vote: z.enum(['up', 'down']) }))
    .optional(),
  ignored: z.array(z.string().regex(/^[a-z\d_]{1,30}$/)),
  answer: z.unknown().optional(),
})

/** Something that later stations can live with, or an error that a gateway expects. */
function expectHarmless(raw: unknown): void {
  try {
    const received = parseEvent(raw, arrival)
    receivedSchema.parse(received)
    for (const { conversation } of received.messages) conversationOf(conversation)
    for (const text of stringsIn(received)) {
      if (!text.isWellFormed() || text.includes('\0')) throw new Error(`not fit to be kept: ${JSON.stringify(text)}`)
    }
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
  }
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}

const words = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom('@_user_1', '@_user_10', '@_all', ' ', '\n', '\0', '\ud83d', '/help', 'hi', '你好', '`', '*'),
    )
    .map(pieces => pieces.join('')),
)
const json = fc.jsonValue()
const goodId = fc.constantFrom('om_1', 'oc_1', 'ou_1', 'ou_bot', 'x'.repeat(128))
const badId = fc.constantFrom('', 'a.b', 'a:b', 'x'.repeat(129))
const id = fc.oneof({ weight: 19, arbitrary: goodId }, { weight: 1, arbitrary: badId })
const tags = ['text', 'a', 'at', 'img', 'media', 'emotion', 'hr', 'code_block', 'md', 'new']

const element = fc.record(
  {
    tag: fc.constantFrom(...tags),
    text: words,
    href: words,
    user_id: fc.oneof(id, fc.constantFrom('@_user_1', '@_all', 'all')),
    user_name: words,
    image_key: words,
    file_key: words,
    emoji_type: words,
    language: words,
    style: fc.subarray(['bold', 'italic', 'lineThrough', 'underline']),
  },
  { requiredKeys: ['tag'] },
)
const body = fc.record({ title: words, content: fc.array(fc.array(element)) })
const card = fc.record({ title: words, elements: fc.array(fc.array(element)) })
const file = fc.record({ file_key: words, file_name: words, image_key: words, name: words, user_id: words })
const anyhow = fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.oneof(body, json))

const written = fc.oneof(
  fc.record({ message_type: fc.constant('text'), content: fc.record({ text: words }) }),
  fc.record({ message_type: fc.constant('post'), content: fc.oneof(body, fc.record({ zh_cn: body }), anyhow) }),
  fc.record({ message_type: fc.constant('interactive'), content: fc.oneof(card, anyhow) }),
  fc.record({
    message_type: fc.constantFrom('image', 'file', 'folder', 'audio', 'media', 'sticker', 'location', 'share_user'),
    content: file,
  }),
  fc.record({ message_type: fc.constantFrom('merge_forward', 'system', 'new', 'constructor', 'text'), content: json }),
)
const mention = fc.record({
  key: fc.constantFrom('@_user_1', '@_user_10', '@_all', ''),
  id: fc.oneof(fc.record({ open_id: id }), fc.constant(null)),
  name: words,
})
const context = fc.record(
  {
    message_id: id,
    chat_id: id,
    chat_type: fc.constantFrom('p2p', 'group', 'new'),
    thread_id: id,
    root_id: id,
    parent_id: id,
    create_time: fc.constantFrom('1', '2', '1700000000000', '9'.repeat(16), '9'.repeat(17), '1e5'),
    mentions: fc.oneof(fc.array(mention), fc.constant(null)),
    user_agent: words,
  },
  { requiredKeys: ['message_id', 'chat_id', 'chat_type', 'create_time'] },
)
const message = fc
  .tuple(context, written)
  .map(([context, { message_type, content }]) => ({ ...context, message_type, content: JSON.stringify(content) }))
const sender = fc.record({ sender_type: fc.constantFrom('user', 'user', 'app'), sender_id: fc.record({ open_id: id }) })
const button = fc.record({
  do: fc.constantFrom('retry', 'reset', 'up', 'down', 'new'),
  conversation: fc.constantFrom('feishu.cli_1.oc_1', 'feishu.cli_1.oc_1.t', 'feishu.cli_2.oc_1', 'x'),
  replyId: fc.oneof(id, words),
})
const action = fc.record({
  operator: fc.record({ open_id: id }),
  action: fc.record({
    value: fc.oneof(
      button,
      button.map(written => JSON.stringify(written)),
      json,
    ),
  }),
  context: fc.record({ open_message_id: id, open_chat_id: fc.constantFrom('oc_1', 'oc_2') }),
})
const chat = fc.record(
  { message_id: id, chat_id: id, operator_id: fc.record({ open_id: id }), last_message_id: id },
  { requiredKeys: ['chat_id'] },
)

const kinds = {
  'im.message.receive_v1': fc.record({ sender, message }),
  'im.message.recalled_v1': chat,
  'im.chat.access_event.bot_p2p_chat_entered_v1': chat,
  'im.chat.member.bot.added_v1': chat,
  'card.action.trigger': action,
  'im.message.reaction.created_v1': json,
}
const valid = fc.oneof(
  ...Object.entries(kinds).map(([event_type, event]) =>
    fc.record({
      schema: fc.constant('2.0'),
      header: fc.record({
        event_id: id,
        event_type: fc.constant(event_type),
        create_time: fc.constant('1700000000000'),
      }),
      event,
    }),
  ),
)

/** `value` with what is found along `path`, a choice at each level, put in place of `forged`. */
function mutate(value: unknown, path: number[], forged: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined || typeof value !== 'object' || value === null) return forged
  const entries = Object.entries(value)
  const chosen = entries[step % Math.max(1, entries.length)]?.[0]
  if (chosen === undefined) return forged
  const changed = entries.map(([key, inner]) => [key, key === chosen ? mutate(inner, rest, forged) : inner])
  return Array.isArray(value) ? changed.map(([, inner]) => inner) : Object.fromEntries(changed)
}

test('whatever is parsed, it is received, or refused', () => {
  fc.assert(fc.property(fc.oneof(json, fc.anything()), expectHarmless), { numRuns: 1000 })
})

test('whatever an event says, it is received, or refused', () => {
  fc.assert(fc.property(valid, expectHarmless), { numRuns: 3000 })
})

test('whatever field of an event is forged, it is received, or refused', () => {
  const mutated = fc
    .tuple(valid, fc.array(fc.nat(9), { maxLength: 5 }), fc.oneof(json, words))
    .map(([event, path, forged]) => mutate(event, path, forged))
  fc.assert(fc.property(mutated, expectHarmless), { numRuns: 3000 })
})

test('neither size nor nesting does harm', () => {
  const said = (message_type: string, content: string) => ({
    schema: '2.0',
    header: { event_id: 'e1', event_type: 'im.message.receive_v1', create_time: '1' },
    event: {
      sender: { sender_type: 'user', sender_id: { open_id: 'ou_1' } },
      message: { message_id: 'om_1', chat_id: 'oc_1', chat_type: 'p2p', create_time: '1', message_type, content },
    },
  })
  const post = (element: object) => JSON.stringify({ content: [Array.from({ length: 100_000 }, () => element)] })
  expectHarmless(said('text', '['.repeat(500_000)))
  expectHarmless(said('post', `${'['.repeat(200_000)}${']'.repeat(200_000)}`))
  expectHarmless(said('text', JSON.stringify({ text: '@_all '.repeat(150_000) })))
  expectHarmless(said('text', JSON.stringify({ text: ' '.repeat(1_000_000) })))
  expectHarmless(said('post', JSON.stringify({ content: [[{ tag: 'code_block', text: '`a'.repeat(400_000) }]] })))
  expectHarmless(said('post', post({ tag: 'img', image_key: 'i' })))
  expectHarmless(said('post', post({ tag: 'at', user_id: 'ou_1' })))
})
