import { onTestFinished } from 'vitest'
import { createEndpoint, type Endpoint, type EndpointConfig, type Piece } from './endpoint.ts'

/** Every dialect of the simulator, with what an endpoint has to know of it: the same tests pass on all. */
const known = {
  openai: {},
  'openai-reasoning': { maxTokensAs: 'max_completion_tokens' },
  ollama: {},
  vllm: {},
  'llama.cpp': {},
  deepseek: {},
  qwen: {},
  moonshot: {},
  gateway: {},
} satisfies Record<string, Partial<EndpointConfig>>

type Dialect = keyof typeof known

// Its keys are these.
export const dialects = Object.keys(known) as Dialect[]

export const patient = { firstTokenMs: 60_000, nextTokenMs: 60_000, wholeMs: 60_000 }

type Served = AsyncDisposable & { baseUrl: string; model: string }

/** An endpoint, and the simulator behind it, for the rest of a test. The test brings the simulator's `start`. */
export async function startEndpoint<
  Options extends { dialect?: Dialect; [other: string]: unknown },
  Server extends Served,
>(
  start: (options: Options) => Promise<Server>,
  options: Options,
  more: Partial<EndpointConfig> = {},
): Promise<{ endpoint: Endpoint; server: Server }> {
  const server = await start(options)
  onTestFinished(() => server[Symbol.asyncDispose]())
  const endpoint = createEndpoint({
    name: 'simulated',
    tier: 'local',
    model: server.model,
    baseUrl: server.baseUrl,
    weight: 1,
    contextTokens: 8192,
    maxTokensAs: 'max_tokens',
    thinkingTokens: 0,
    connectMs: 5_000,
    limits: patient,
    ...(options.dialect ? known[options.dialect] : {}),
    ...more,
  })
  return { endpoint, server }
}

/** All that an endpoint says. */
export async function read(
  endpoint: Endpoint,
  { maxTokens = 400, signal = new AbortController().signal } = {},
): Promise<Piece[]> {
  const prompt = [{ role: 'user', content: 'hi' }] as const
  return await Array.fromAsync(endpoint.complete([...prompt], { maxTokens, temperature: 0.5 }, signal))
}
