import OpenAI, { APIError } from 'openai'
import { expect, test } from 'vitest'
import { start } from './client.ts'

const PATIENT = { timeout: 30_000 }

test('the openai client gets an answer, whole or streamed, and the list of models', async () => {
  const { model, client, ask, stream } = await start()
  const whole = await client.chat.completions.create(ask('你好 😀'))
  expect(whole.choices[0]).toMatchObject({ message: { content: 're: 你好 😀' }, finish_reason: 'stop' })
  expect(whole.usage?.total_tokens).toBeGreaterThan(0)
  expect(await stream('你好 😀')).toMatchObject({ text: 're: 你好 😀', finishReason: 'stop', promptTokens: 2 })
  expect((await client.models.list()).data.map(({ id }) => id)).toEqual([model.model])
  const seen = { messages: ask('你好 😀').messages, aborted: false }
  expect(model.requests).toMatchObject([seen, seen])
})

test('a key that is configured is asked for; an unknown model is not found', async () => {
  const { model, client, ask } = await start({ apiKey: 'right' })
  await client.chat.completions.create(ask('x'))
  await expect(client.chat.completions.create({ ...ask('x'), model: 'other' })).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
  })
  const stranger = new OpenAI({ apiKey: 'wrong', baseURL: model.baseUrl, maxRetries: 0 })
  await expect(stranger.chat.completions.create(ask('x'))).rejects.toMatchObject({
    status: 401,
    code: 'invalid_api_key',
  })
})

test.each([
  ['{"model":', null],
  ['{"model":"simulated"}', 'missing_required_parameter'],
  ['{"model":"simulated","messages":[]}', 'empty_array'],
  ['{"model":"simulated","messages":[{"role":"bot","content":"x"}]}', 'invalid_value'],
  ['{"model":"simulated","messages":[{"role":"user","content":null}]}', 'invalid_type'],
  ['{"model":"simulated","messages":[{"role":"user","content":"\\ud83d"}]}', 'invalid_value'],
  ['{"model":"simulated","messages":[{"role":"user","content":"x"}],"max_tokens":"9"}', 'invalid_type'],
])('the request %s is refused', async (body, code) => {
  const { model } = await start()
  const answer = await fetch(`${model.baseUrl}/chat/completions`, { method: 'POST', body })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error', code } })
})

test('answers before a stream: 429 with its time, 500, loading, no quota', async () => {
  const { model, client, ask } = await start()
  model.fault({ kind: 'status', status: 429, retryAfterSeconds: 7 })
  model.fault({ kind: 'status', status: 500 })
  model.fault({ kind: 'loading' })
  model.fault({ kind: 'insufficient_quota' })
  const errors: unknown[] = []
  for (let turn = 0; turn < 4; turn += 1)
    errors.push(await client.chat.completions.create(ask('x')).catch(error => error))
  expect(errors).toMatchObject([
    { status: 429, code: 'rate_limit_exceeded' },
    { status: 500, type: 'server_error' },
    { status: 503, type: 'unavailable_error' },
    { status: 429, code: 'insufficient_quota' },
  ])
  expect((errors[0] as APIError).headers?.get('retry-after')).toBe('7')
  await client.chat.completions.create(ask('x'))
})

test('a stream that is cut breaks inside', async () => {
  const { model, stream } = await start()
  model.fault({ kind: 'cut', afterChunks: 2 })
  const heard = await stream('one two three four')
  // The client passes on what `fetch` throws: a TypeError, "terminated".
  expect(heard.error).toBeInstanceOf(TypeError)
  expect(heard).toMatchObject({ text: expect.stringMatching(/^re: one/), finishReason: '' })
  expect(model.requests[0]?.aborted).toBe(false)
})

test('a stream may end without a finish reason, without a chunk, or with an error inside', async () => {
  const { model, stream } = await start()
  model.fault({ kind: 'no_finish_reason' })
  expect(await stream('x')).toMatchObject({ text: 're: x', finishReason: '', error: undefined })
  model.fault({ kind: 'html' })
  expect(await stream('x')).toMatchObject({ chunks: 0, error: undefined })
  model.fault({ kind: 'error_event', afterChunks: 1 })
  const heard = await stream('x')
  expect(heard.error).toBeInstanceOf(APIError)
  expect(heard.text).not.toBe('')
})

test.each([undefined, 1])(
  'a client that gives up on an answer held after %s chunks is seen to go',
  async afterChunks => {
    const { model, stream } = await start()
    model.fault({ kind: 'hold', ...(afterChunks === undefined ? {} : { afterChunks }) })
    const giveUp = new AbortController()
    const heard = stream('x', { signal: giveUp.signal })
    await expect.poll(() => model.active(), PATIENT).toBe(1)
    giveUp.abort()
    await heard
    await expect.poll(() => model.requests[0]?.aborted, PATIENT).toBe(true)
    expect(model.active()).toBe(0)
  },
)

test('manners of other backends: comments, thinking aloud, usage at the finish, the token limit', async () => {
  const { model, stream } = await start({ keepAliveComments: true, reasoning: 'let me see', usageIn: 'finish_chunk' })
  model.fault({ kind: 'manner', firstTokenMs: 20, durationMs: 40, finishReason: 'length' })
  expect(await stream('1234')).toMatchObject({
    text: 're: ',
    reasoning: 'let me see',
    finishReason: 'length',
    promptTokens: 1,
  })
  expect(await stream('1234')).toMatchObject({ text: 're: 1234', finishReason: 'stop' })
})

test('an answer takes the time it is given', async () => {
  const { model, stream } = await start({ firstTokenMs: 30, durationMs: 80 })
  await stream('x')
  await expect.poll(() => model.active(), PATIENT).toBe(0)
  const { at = 0, endedAt = 0 } = model.requests[0] ?? {}
  expect(endedAt - at).toBeGreaterThanOrEqual(70)
})
