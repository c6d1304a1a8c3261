import { startModel } from '@waystation/testing'
import { describe, expect, test } from 'vitest'
import { dialects, read, startEndpoint } from './endpoint-at.ts'

const usage = { promptTokens: expect.any(Number), completionTokens: expect.any(Number) }

describe.each(dialects)('answers of %s', dialect => {
  test('an answer grows, and ends whole, with what it cost', async () => {
    const { endpoint } = await startEndpoint(startModel, { dialect, answer: () => 'one two three four' })
    const pieces = await read(endpoint)
    const texts = pieces.map(({ text }) => text)
    for (const [index, text] of texts.entries()) expect(text.startsWith(texts[index - 1] ?? '')).toBe(true)
    expect(pieces.length).toBeGreaterThan(2)
    expect(pieces.at(-1)).toEqual({ text: 'one two three four', usage })
  })

  test('what it thinks aloud stays out of the answer, and is paid for', async () => {
    const { endpoint } = await startEndpoint(startModel, { dialect, reasoning: 'let me see', answer: () => 'fine' })
    const pieces = await read(endpoint)
    expect(pieces.map(({ text }) => text).join()).not.toContain('see')
    expect(pieces.at(-1)).toEqual({ text: 'fine', usage: { promptTokens: 1, completionTokens: 4 } })
  })

  test('what keeps the connection alive is no part of the answer', async () => {
    const keepAlive = { keepAliveComments: true, keepAliveBlankLines: true, firstTokenMs: 20, durationMs: 50 }
    const { endpoint } = await startEndpoint(startModel, { dialect, ...keepAlive, answer: () => 'fine' })
    expect((await read(endpoint)).at(-1)).toEqual({ text: 'fine', usage })
  })

  test('an answer longer than it may be is cut, and says so', async () => {
    const { endpoint } = await startEndpoint(startModel, {
      dialect,
      reasoning: '',
      answer: () => '一二三四五六七八九十',
    })
    expect((await read(endpoint, { maxTokens: 2 })).at(-1)).toEqual({ text: '一二三四五六七八', isCut: true, usage })
    expect((await read(endpoint, { maxTokens: 3 })).at(-1)).toEqual({ text: '一二三四五六七八九十', usage })
  })

  test('an answer of which there is nothing but thoughts is none', async () => {
    const { endpoint } = await startEndpoint(startModel, { dialect, reasoning: 'let me see' })
    await expect(read(endpoint, { maxTokens: 1 })).rejects.toMatchObject({ name: 'EmptyAnswer' })
  })

  test('many calls at once are all answered', async () => {
    const { endpoint } = await startEndpoint(startModel, { dialect, answer: () => 'fine' })
    const answers = await Promise.all(Array.from({ length: 8 }, () => read(endpoint)))
    expect(answers.map(pieces => pieces.at(-1)?.text)).toEqual(Array(8).fill('fine'))
  })
})

test('a server that takes another name for the longest answer refuses the call', async () => {
  const { endpoint } = await startEndpoint(startModel, { dialect: 'openai-reasoning' }, { maxTokensAs: 'max_tokens' })
  await expect(read(endpoint)).rejects.toMatchObject({ reason: 'model_refuses_request' })
})

test('the model is asked with the parameters of the call', async () => {
  const { endpoint, server } = await startEndpoint(startModel, {})
  await read(endpoint, { maxTokens: 7 })
  expect(server.requests[0]?.body).toMatchObject({ max_tokens: 7, temperature: 0.5 })
  expect(server.requests[0]?.body).not.toHaveProperty('max_completion_tokens')
})

test('a model that thinks first may do so on top of its answer, and is sent no temperature', async () => {
  const { endpoint, server } = await startEndpoint(startModel, {}, { thinkingTokens: 1000 })
  await read(endpoint, { maxTokens: 7 })
  expect(server.requests[0]?.body).toMatchObject({ max_tokens: 1007 })
  expect(server.requests[0]?.body).not.toHaveProperty('temperature')
})

test.each(dialects)('whether %s is there is told without asking it anything', async dialect => {
  const { endpoint, server } = await startEndpoint(startModel, { dialect, apiKey: 'another' })
  expect(await endpoint.isReady()).toBe(true)
  expect(server.requests).toEqual([])
  await server[Symbol.asyncDispose]()
  expect(await endpoint.isReady()).toBe(false)
})
