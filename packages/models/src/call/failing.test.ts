import { Rejected, Unavailable } from '@waystation/domain'
import { startModel } from '@waystation/testing'
import { describe, expect, test } from 'vitest'
import { IncompleteAnswer } from './chunks.ts'
import { dialects, read, startEndpoint } from './endpoint-at.ts'

const PATIENT = { timeout: 30_000 }

describe.each(dialects)('failures of %s', dialect => {
  test.each([
    ['a stream that ends without a finish reason', { kind: 'no_finish_reason' }],
    ['a page in place of a stream', { kind: 'html' }],
    ['an error in the middle', { kind: 'error_event', afterChunks: 2 }],
    ['a connection that ends in the middle', { kind: 'cut', afterChunks: 2 }],
  ] as const)('%s is no answer', async (_, fault) => {
    const { endpoint, server } = await startEndpoint(startModel, { dialect })
    server.fault(fault)
    await expect(read(endpoint)).rejects.toThrow(IncompleteAnswer)
  })

  test.each([
    ['a 500', { kind: 'status', status: 500 }],
    ['a 503 while it loads', { kind: 'loading' }],
    ['a 429', { kind: 'status', status: 429 }],
  ] as const)('%s passes', async (_, fault) => {
    const { endpoint, server } = await startEndpoint(startModel, { dialect })
    server.fault(fault)
    await expect(read(endpoint)).rejects.toThrow(Unavailable)
    await read(endpoint)
  })

  test('a place that is taken becomes free', async () => {
    const { endpoint, server } = await startEndpoint(startModel, { dialect, parallel: 1, queue: 0 })
    server.fault({ kind: 'hold' })
    const giveUp = new AbortController()
    const first = read(endpoint, { signal: giveUp.signal }).catch(() => {})
    await expect.poll(() => server.active(), PATIENT).toBe(1)
    await expect(read(endpoint)).rejects.toThrow(Unavailable)
    giveUp.abort()
    await first
    await expect.poll(() => server.active(), PATIENT).toBe(0)
    await read(endpoint)
  })

  test('a spent quota, an unknown model and a refused request are told apart', async () => {
    const { endpoint, server } = await startEndpoint(startModel, { dialect })
    server.fault({ kind: 'insufficient_quota' })
    await expect(read(endpoint)).rejects.toMatchObject({ reason: 'model_quota_spent' })
    server.fault({ kind: 'status', status: 400 })
    await expect(read(endpoint)).rejects.toMatchObject({ reason: 'model_refuses_request' })
    const other = await startEndpoint(startModel, { dialect }, { model: 'other' })
    await expect(read(other.endpoint)).rejects.toMatchObject({ reason: 'model_unknown' })
  })

  test('a prompt that is too long, and a parameter that makes no sense, are refused requests', async () => {
    const small = await startEndpoint(startModel, { dialect, contextTokens: 0 })
    await expect(read(small.endpoint)).rejects.toMatchObject({ reason: 'model_refuses_request' })
    const { endpoint } = await startEndpoint(startModel, { dialect })
    const call = endpoint.complete([], { maxTokens: 1, temperature: 1 }, new AbortController().signal)
    await expect(Array.fromAsync(call)).rejects.toMatchObject({ reason: 'model_refuses_request' })
  })

  test('a server that is not there is unavailable', async () => {
    const { endpoint, server } = await startEndpoint(startModel, { dialect })
    await server[Symbol.asyncDispose]()
    await expect(read(endpoint)).rejects.toThrow(Unavailable)
  })
})

test.each(dialects.filter(dialect => dialect !== 'ollama'))(
  'a wrong key is refused by %s, and not shown',
  async dialect => {
    const { endpoint } = await startEndpoint(startModel, { dialect, apiKey: 'right' }, { apiKey: 'wrong-key-canary' })
    const error = await read(endpoint).catch(error => error)
    expect(error).toBeInstanceOf(Rejected)
    expect(error).toMatchObject({ reason: 'model_refuses_key' })
    expect(`${error.message} ${error.stack}`).not.toContain('wrong-key-canary')
  },
)

test('an empty answer is none', async () => {
  const { endpoint } = await startEndpoint(startModel, { answer: () => ' \n' })
  await expect(read(endpoint)).rejects.toThrow(IncompleteAnswer)
})

test('a 429 says when to come back', async () => {
  const { endpoint, server } = await startEndpoint(startModel, {})
  server.fault({ kind: 'status', status: 429, retryAfterSeconds: 7 })
  await expect(read(endpoint)).rejects.toMatchObject({ name: 'Unavailable', retryAfterMs: 7000 })
})
