import { startModel } from '@waystation/testing'
import { describe, expect, test } from 'vitest'
import { ModelTimeout } from './clock.ts'
import { dialects, patient, read, startEndpoint } from './endpoint-at.ts'

const PATIENT = { timeout: 30_000 }

/** A test that waits for anything longer than this fails by its own timeout. */
const SHORT_MS = 100

describe.each(dialects)('limits with %s', dialect => {
  test('a model that says nothing is given up after its time for the first token', async () => {
    const { endpoint, server } = await startEndpoint(
      startModel,
      { dialect },
      { limits: { ...patient, firstTokenMs: SHORT_MS } },
    )
    server.fault({ kind: 'hold' })
    await expect(read(endpoint)).rejects.toThrow(ModelTimeout)
  })

  test('what comes before the first token is no token', async () => {
    const { endpoint, server } = await startEndpoint(
      startModel,
      { dialect },
      { limits: { ...patient, firstTokenMs: SHORT_MS } },
    )
    server.fault({ kind: 'hold', afterChunks: 0 })
    await expect(read(endpoint)).rejects.toThrow(ModelTimeout)
  })

  test('nor is what keeps the connection alive', async () => {
    const { endpoint } = await startEndpoint(
      startModel,
      { dialect, firstTokenMs: 120_000, keepAliveComments: true, keepAliveBlankLines: true },
      { limits: { ...patient, firstTokenMs: SHORT_MS } },
    )
    await expect(read(endpoint)).rejects.toThrow(ModelTimeout)
  })

  test('a model that falls silent is given up after its time for the next token', async () => {
    const { endpoint, server } = await startEndpoint(
      startModel,
      { dialect },
      { limits: { ...patient, nextTokenMs: SHORT_MS } },
    )
    server.fault({ kind: 'hold', afterChunks: 2 })
    await expect(read(endpoint)).rejects.toThrow(ModelTimeout)
  })

  test('a model that talks and talks is given up after the time for the whole', async () => {
    const slow = { durationMs: 120_000, chunks: 10_000, answer: () => 'and so on. '.repeat(2_000) }
    const { endpoint } = await startEndpoint(
      startModel,
      { dialect, ...slow },
      { limits: { ...patient, wholeMs: SHORT_MS } },
    )
    await expect(read(endpoint, { maxTokens: 10_000 })).rejects.toThrow(ModelTimeout)
  })

  test.each([undefined, 2])(
    'an aborted call, held after %s chunks, throws the reason, and the server sees the client go',
    async afterChunks => {
      const { endpoint, server } = await startEndpoint(startModel, { dialect })
      server.fault({ kind: 'hold', ...(afterChunks === undefined ? {} : { afterChunks }) })
      const controller = new AbortController()
      const reading = read(endpoint, { signal: controller.signal })
      await expect.poll(() => server.active(), PATIENT).toBe(1)
      controller.abort(new Error('enough'))
      await expect(reading).rejects.toThrow('enough')
      await expect.poll(() => server.requests.at(-1)?.aborted, PATIENT).toBe(true)
    },
  )
})

test('a call that was aborted before it began asks nobody', async () => {
  const { endpoint, server } = await startEndpoint(startModel, {})
  await expect(read(endpoint, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  expect(server.requests).toEqual([])
})
