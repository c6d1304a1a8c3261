import { startModel } from '@waystation/testing'
import { expect, test } from 'vitest'
import { findServers } from './models.ts'

test('servers nearby are found by their list of models; nobody is asked for a completion', async () => {
  await using ollama = await startModel({ dialect: 'ollama', model: 'qwen3' })
  await using locked = await startModel({ dialect: 'vllm', apiKey: 'k' })
  const candidates = [
    { name: 'Ollama', baseUrl: ollama.baseUrl },
    { name: 'vLLM', baseUrl: locked.baseUrl },
    { name: 'llama.cpp', baseUrl: 'http://127.0.0.1:1/v1' },
  ]
  expect(await findServers(candidates)).toEqual([{ name: 'Ollama', baseUrl: ollama.baseUrl, models: ['qwen3'] }])
  expect(ollama.requests).toEqual([])
})
