import { Rejected, Unavailable } from '@waystation/domain'
import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai'
import { expect, test } from 'vitest'
import { EmptyAnswer, IncompleteAnswer } from './chunks.ts'
import { ModelTimeout } from './clock.ts'
import { isForGood, isItsFault, translate } from './failures.ts'

const answered = (status: number, error: object = {}, headers: Record<string, string> = {}) =>
  APIError.generate(status, { error }, undefined, new Headers(headers))

test.each([
  ['OpenAI: quota', answered(429, { code: 'insufficient_quota' }), 'model_quota_spent', true],
  ['DeepSeek: balance', answered(402, { code: 'invalid_request_error' }), 'model_quota_spent', true],
  ['Moonshot: quota', answered(429, { type: 'exceeded_current_quota_error' }), 'model_quota_spent', true],
  ['Qwen: arrears', answered(400, { type: 'Arrearage', code: 'Arrearage' }), 'model_quota_spent', true],
  ['a key', answered(401), 'model_refuses_key', true],
  ['a key without the right', answered(403), 'model_refuses_key', true],
  ['OpenAI: model', answered(404, { code: 'model_not_found' }), 'model_unknown', true],
  ['Moonshot: model', answered(404, { type: 'resource_not_found_error' }), 'model_unknown', true],
  ['DeepSeek: model', answered(400, { message: 'Model Not Exist' }), 'model_unknown', true],
  ['a request', answered(400, { code: 'context_length_exceeded' }), 'model_refuses_request', false],
  ['DeepSeek: a parameter', answered(422), 'model_refuses_request', false],
])('%s: waiting does not help', (_, error, reason, isTheEndpoints) => {
  const translated = translate(error)
  expect(translated).toBeInstanceOf(Rejected)
  expect(translated).toMatchObject({ reason, cause: error })
  expect(isForGood(translated)).toBe(isTheEndpoints)
  expect(isItsFault(translated)).toBe(isTheEndpoints)
})

test.each([
  ['a rate', answered(429, { code: 'rate_limit_exceeded' }, { 'retry-after': '7' }), 7_000],
  ['a rate, with a date', answered(429, {}, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }), undefined],
  ['a rate, with nonsense', answered(429, {}, { 'retry-after': '-1' }), undefined],
  ['a timeout of the server', answered(408), undefined],
  ['a conflict', answered(409), undefined],
  ['a fault', answered(500), undefined],
  ['Ollama: a full queue', answered(503), undefined],
  ['a proxy', answered(504), undefined],
  ['a connection', new APIConnectionError({}), undefined],
  ['a connection that took too long', new APIConnectionTimeoutError(), undefined],
])('%s: waiting helps', (_, error, retryAfterMs) => {
  const translated = translate(error)
  expect(translated).toBeInstanceOf(Unavailable)
  expect(translated).toMatchObject({ retryAfterMs, cause: error })
  expect(isForGood(translated)).toBe(false)
  expect(isItsFault(translated)).toBe(true)
})

test.each([new IncompleteAnswer(), new ModelTimeout(), new Error('a bug')])('%s stays what it is', error => {
  expect(translate(error)).toBe(error)
  expect(isItsFault(error)).toBe(true)
  expect(isForGood(error)).toBe(false)
})

test('that a model says nothing to one question is no fault of its endpoint', () => {
  expect(isItsFault(new EmptyAnswer())).toBe(false)
})
