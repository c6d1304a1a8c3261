import { expect, test } from 'vitest'
import { failureOf } from './errors.ts'

const answer = (body: unknown, status = 400, headers = {}) => failureOf('send', { status, headers, body })
const reset = { 'x-ogw-ratelimit-reset': '7' }

test.each([
  ['a limit, with the platform’s delay', 99991400, 429, reset, { name: 'Unavailable', retryAfterMs: 7000 }],
  ['a limit, told by an older API', 99991400, 400, reset, { name: 'Unavailable', retryAfterMs: 7000 }],
  ['a limit of one chat, which names no time', 230020, 400, {}, { name: 'Unavailable', retryAfterMs: 1000 }],
  ['a message that is just being sent', 230049, 400, {}, { name: 'Unavailable' }],
  ['a token that ended', 99991663, 400, {}, { name: 'TokenExpired' }],
  ['a wrong secret', 10015, 200, {}, { name: 'AppRefused', retryAfterMs: 60_000 }],
  ['a missing scope', 99991672, 400, {}, { name: 'AppRefused', code: 'feishu_99991672' }],
  ['an app without a bot', 11205, 400, {}, { name: 'AppRefused' }],
  ['a chat without the bot', 230002, 400, {}, { name: 'Rejected', reason: 'removed_from_chat' }],
  ['somebody who stopped the bot', 230053, 400, {}, { name: 'Rejected', reason: 'blocked_by_user' }],
  ['a question taken back', 230011, 400, {}, { name: 'Rejected', reason: 'message_gone' }],
  ['a card out of its sequence', 300317, 200, {}, { name: 'Rejected', reason: 'out_of_sequence' }],
  ['any other trouble of a card', 300309, 200, {}, { name: 'Rejected', reason: 'bad_card' }],
  ['a card with too many tables', 230099, 400, {}, { name: 'Rejected', reason: 'bad_card' }],
  ['a code nobody knows', 1254000, 400, {}, { name: 'Rejected', reason: 'bad_request' }],
  ['a fault of Feishu’s own', 2200, 500, {}, { name: 'Unavailable', retryAfterMs: undefined }],
])('%s', (_, code, status, headers, expected) => {
  expect(answer({ code, msg: 'x' }, status, headers)).toMatchObject(expected)
})

test.each([
  [502, undefined],
  [200, undefined],
  [403, { error: 'no' }],
  [200, { code: 0, data: 'none' }],
])('what is no answer of Feishu’s (%i) means: later', (status, body) => {
  expect(answer(body, status)).toMatchObject({ name: 'Unavailable' })
})
