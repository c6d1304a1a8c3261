import { setTimeout as sleep } from 'node:timers/promises'
import { type Completion, type Model, Rejected, Unavailable } from '@waystation/domain'
import { type ModelSimulator, startModel } from '@waystation/testing'
import { afterEach, expect, test } from 'vitest'
import { IncompleteAnswer } from './chunks.ts'
import { createEndpoint, ModelTimeout } from './endpoint.ts'

const prompt = [{ role: 'user', content: 'hi' }] as const
const never = new AbortController().signal
const patient = { firstTokenMs: 30_000, nextTokenMs: 30_000, wholeMs: 60_000 }

let server: ModelSimulator | undefined
afterEach(() => server?.[Symbol.asyncDispose]())

async function endpoint(options: Parameters<typeof startModel>[0] = {}, more = {}): Promise<Model> {
  server = await startModel(options)
  const { baseUrl, model } = server
  return createEndpoint({ tier: 'local', baseUrl, model, maxTokens: 400, temperature: 0.5, limits: patient, ...more })
}

async function read(model: Model, signal = never): Promise<Completion[]> {
  const completions: Completion[] = []
  for await (const completion of model.complete([...prompt], signal)) completions.push(completion)
  return completions
}

test('an answer grows, and ends whole, with what it cost', async () => {
  const completions = await read(await endpoint({ answer: () => 'one two three four' }))
  const texts = completions.map(({ text }) => text)
  for (const [index, text] of texts.entries()) expect(text.startsWith(texts[index - 1] ?? '')).toBe(true)
  expect(completions.length).toBeGreaterThan(2)
  expect(completions.at(-1)).toMatchObject({
    text: 'one two three four',
    route: { tier: 'local', model: 'simulated' },
    usage: { promptTokens: expect.any(Number), completionTokens: expect.any(Number) },
  })
})

test.each([
  ['usage beside the finish reason', { usageIn: 'finish_chunk' }],
  ['comments that keep the connection alive', { keepAliveComments: true, durationMs: 50 }],
  ['thinking aloud, which stays out of the answer', { reasoning: 'let me see' }],
] as const)('%s is understood', async (_, manner) => {
  const last = (await read(await endpoint({ ...manner, answer: () => 'fine' }))).at(-1)
  expect(last).toMatchObject({ text: 'fine', usage: { promptTokens: expect.any(Number) } })
})

test.each([
  ['a stream that ends without a finish reason', { kind: 'no_finish_reason' }, IncompleteAnswer],
  ['a page in place of a stream', { kind: 'html' }, IncompleteAnswer],
  ['an error in the middle', { kind: 'error_event', afterChunks: 2 }, Error],
  ['a connection that ends in the middle', { kind: 'cut', afterChunks: 2 }, Error],
  ['a 500', { kind: 'status', status: 500 }, Unavailable],
  ['a 503 while it loads', { kind: 'loading' }, Unavailable],
  ['a spent quota', { kind: 'insufficient_quota' }, Rejected],
  ['a refused request', { kind: 'status', status: 400 }, Rejected],
] as const)('%s is no answer', async (_, fault, error) => {
  const model = await endpoint()
  server?.fault(fault)
  await expect(read(model)).rejects.toThrow(error)
})

test('an empty answer is none', async () => {
  await expect(read(await endpoint({ answer: () => '' }))).rejects.toThrow(IncompleteAnswer)
})

test('a 429 says when to come back', async () => {
  const model = await endpoint()
  server?.fault({ kind: 'status', status: 429, retryAfterSeconds: 7 })
  await expect(read(model)).rejects.toMatchObject({ name: 'Unavailable', retryAfterMs: 7000 })
})

test('a server that is not there is unavailable', async () => {
  const model = await endpoint()
  await server?.[Symbol.asyncDispose]()
  await expect(read(model)).rejects.toThrow(Unavailable)
})

test('a wrong key and an unknown model are refused, with a word and without the key', async () => {
  const model = await endpoint({ apiKey: 'right' }, { apiKey: 'wrong-key-canary' })
  const error = await read(model).catch(error => error)
  expect(error).toMatchObject({ name: 'Rejected', reason: 'model_refuses_key' })
  expect(`${error.message} ${error.stack}`).not.toContain('wrong-key-canary')
})

test('a model that says nothing is given up after its time for the first token', async () => {
  const model = await endpoint({}, { limits: { ...patient, firstTokenMs: 100 } })
  server?.fault({ kind: 'hold' })
  await expect(read(model)).rejects.toThrow(ModelTimeout)
})

test('a model that falls silent is given up after its time for the next token', async () => {
  const model = await endpoint({}, { limits: { ...patient, nextTokenMs: 100 } })
  server?.fault({ kind: 'hold', afterChunks: 2 })
  await expect(read(model)).rejects.toThrow(ModelTimeout)
})

test('an aborted call throws the reason, and the server sees the client go', async () => {
  const model = await endpoint()
  server?.fault({ kind: 'hold', afterChunks: 2 })
  const controller = new AbortController()
  const reading = read(model, controller.signal)
  while (!server?.active()) await sleep(5)
  controller.abort(new Error('enough'))
  await expect(reading).rejects.toThrow('enough')
  while (server?.active()) await sleep(5)
  expect(server?.requests.at(-1)?.aborted).toBe(true)
})
