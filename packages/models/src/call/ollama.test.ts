import { startModel } from '@waystation/testing'
import { expect, test } from 'vitest'
import { findOllama } from './ollama.ts'

test('an Ollama is found with its first model, and what is none is not', async () => {
  await using ollama = await startModel({ dialect: 'ollama', model: 'qwen3:8b' })
  await using other = await startModel({ dialect: 'llama.cpp' })
  expect(await findOllama(new URL(ollama.baseUrl).origin)).toEqual({ baseUrl: ollama.baseUrl, model: 'qwen3:8b' })
  expect(await findOllama(new URL(other.baseUrl).origin)).toBeUndefined()
  expect(await findOllama('http://127.0.0.1:9')).toBeUndefined()
})
