import { describe, expect, test } from 'vitest'
import { start } from './client.ts'
import { type DialectName, dialects } from './dialects.ts'

const PATIENT = { timeout: 30_000 }

// Its keys are these.
const names = Object.keys(dialects) as DialectName[]

describe.each(names)('the openai client and %s', dialect => {
  test('an answer comes whole or streamed, with its usage', async () => {
    const { client, ask, stream } = await start({ dialect, reasoning: '' })
    const whole = await client.chat.completions.create(ask('1234'))
    expect(whole).toMatchObject({ choices: [{ message: { content: 're: 1234' } }], usage: { prompt_tokens: 1 } })
    expect(await stream('1234')).toMatchObject({ text: 're: 1234', finishReason: 'stop', promptTokens: 1 })
  })

  test('it may think aloud, and wait meanwhile', async () => {
    const { client, ask, stream } = await start({ dialect, reasoning: 'let me see', firstTokenMs: 20, durationMs: 40 })
    const heard = { text: 're: x', reasoning: 'let me see', finishReason: 'stop', error: undefined }
    expect(await stream('x')).toMatchObject(heard)
    expect((await client.chat.completions.create(ask('x'))).choices[0]?.message.content).toBe('re: x')
  })

  test('an answer ends with its tokens, those of thoughts included', async () => {
    const { client, ask } = await start({ dialect, reasoning: '1234' })
    const parameters = { ...ask('56789'), max_completion_tokens: 2 }
    const { choices, usage } = await client.chat.completions.create(parameters)
    expect(choices).toMatchObject([{ message: { content: 're: ' }, finish_reason: 'length' }])
    expect(usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 2 })
  })

  test('a key, a model, a prompt or a quota that is wrong is refused', async () => {
    const { model, client, ask } = await start({ dialect, apiKey: 'right', contextTokens: 2 })
    const statusOf = (body: ReturnType<typeof ask>, apiKey = 'right') =>
      client
        .withOptions({ apiKey })
        .chat.completions.create(body)
        .then(
          () => 200,
          error => error.status,
        )
    expect(await statusOf(ask('12345678'))).toBe(200)
    expect(await statusOf(ask('x'), 'wrong')).toBe(dialect === 'ollama' ? 200 : 401)
    expect(await statusOf({ ...ask('x'), model: 'other' })).toBe(dialect === 'deepseek' ? 400 : 404)
    expect(await statusOf(ask('123456789'))).toBe(400)
    model.fault({ kind: 'insufficient_quota' })
    expect(await statusOf(ask('x'))).toBe({ deepseek: 402, qwen: 400 }[dialect as string] ?? 429)
  })
})

test('the newer models of OpenAI refuse `max_tokens`', async () => {
  const { stream } = await start({ dialect: 'openai-reasoning' })
  const { error } = await stream('x', { max_tokens: 9 })
  expect(error).toMatchObject({ status: 400, code: 'unsupported_parameter', param: 'max_tokens' })
})

test.each([
  ['openai', /"usage":null.*"choices":\[\],"usage":\{"prompt_tokens"/s],
  ['vllm', /^(?!.*"usage":null).*"choices":\[\],"usage":\{"prompt_tokens"/s],
  ['ollama', /"delta":\{"role":"assistant","content":"re: x"\}/],
  ['llama.cpp', /^: keep-alive\n\n.*"delta":\{"role":"assistant","content":null\}/s],
  ['deepseek', /^: keep-alive\n\n\n.*"finish_reason":"stop"\}\],"usage":\{/s],
  ['qwen', /^data: \{"choices":\[\{(?!.*"role")/s],
  ['moonshot', /"delta":\{\},"finish_reason":"stop","usage":\{[^}]*\}\}\]\}/],
  ['gateway', /^data: \{"choices":\[\],"id":"","model":""\}\n\n/],
] as const)('a stream of %s is written as it writes it', async (dialect, written) => {
  const { raw } = await start({ dialect, firstTokenMs: 1, chunks: 1 })
  expect(await raw('x')).toMatch(written)
})

test.each([
  ['ollama', 503],
  ['deepseek', 429],
  ['moonshot', 429],
] as const)('%s turns away with %d whom it has no place for', async (dialect, status) => {
  const { model, client, ask } = await start({ dialect, parallel: 1, queue: 0 })
  model.fault({ kind: 'hold' })
  const giveUp = new AbortController()
  const held = client.chat.completions.create(ask('x'), { signal: giveUp.signal }).catch(() => 'given up')
  await expect.poll(() => model.active(), PATIENT).toBe(1)
  await expect(client.chat.completions.create(ask('y'))).rejects.toMatchObject({ status })
  giveUp.abort()
  expect(await held).toBe('given up')
})

test('Ollama answers one after the other, and lets the others wait', async () => {
  const { model, client, ask } = await start({ dialect: 'ollama' })
  model.fault({ kind: 'hold' })
  const giveUp = new AbortController()
  const held = client.chat.completions.create(ask('x'), { signal: giveUp.signal }).catch(() => 'given up')
  await expect.poll(() => model.active(), PATIENT).toBe(1)
  const waiting = [client.chat.completions.create(ask('y')), client.chat.completions.create(ask('z'))]
  await expect.poll(() => model.active(), PATIENT).toBe(3)
  giveUp.abort()
  expect(await held).toBe('given up')
  expect((await Promise.all(waiting)).map(({ choices }) => choices[0]?.message.content)).toEqual(['re: y', 're: z'])
})

test('what DeepSeek cannot make sense of is a 422', async () => {
  const { client, ask } = await start({ dialect: 'deepseek' })
  const refused = client.chat.completions.create({ ...ask('x'), messages: [] })
  await expect(refused).rejects.toMatchObject({ status: 422 })
})

test('local servers say how they are, without a key', async () => {
  const get = async (dialect: DialectName, path: string) => {
    const { model } = await start({ dialect, apiKey: 'secret' })
    return await fetch(new URL(path, model.baseUrl))
  }
  expect(await (await get('ollama', '/')).text()).toBe('Ollama is running')
  expect(await (await get('ollama', '/api/tags')).json()).toMatchObject({ models: [{ name: 'simulated' }] })
  expect((await get('vllm', '/health')).status).toBe(200)
  expect(await (await get('llama.cpp', '/health')).json()).toEqual({ status: 'ok' })
  expect((await get('openai', '/health')).status).toBe(401)
})

test('while llama.cpp loads, its health says so, and the question is answered no better', async () => {
  const { model, client, ask } = await start({ dialect: 'llama.cpp' })
  const end = model.fault({ kind: 'loading' }, { times: Infinity })
  const health = await fetch(`${model.baseUrl}/health`)
  expect(health.status).toBe(503)
  expect(await health.json()).toMatchObject({ error: { type: 'unavailable_error' } })
  await expect(client.chat.completions.create(ask('x'))).rejects.toMatchObject({ status: 503 })
  end()
  expect((await fetch(`${model.baseUrl}/health`)).status).toBe(200)
})
