import { createHash } from 'node:crypto'
import type { PromptMessage, Route, Usage } from '@waystation/domain'
import OpenAI from 'openai'
import type { Price } from '../account/prices.ts'
import { EmptyAnswer, hasTokens, IncompleteAnswer, readChunks, usageOf } from './chunks.ts'
import { type Clock, type Limits, ModelTimeout, startClock } from './clock.ts'
import { translate } from './failures.ts'
import { listsModels } from './ready.ts'
import { createFetch } from './transport.ts'

/** How long an answer may be, in tokens, and how far it may stray. */
export type Parameters = { maxTokens: number; temperature: number }

/** What there is of an answer; `isCut`: its length was not enough. */
export type Piece = { text: string; usage?: Usage; isCut?: boolean }

/** One model behind one address. */
export type Endpoint = {
  name: string
  /** Another one when its address, model or key changes: what is known of the old one does not hold. */
  id: string
  tier: Route['tier']
  model: string
  weight: number
  concurrency?: number | undefined
  contextTokens: number
  /** What it may think before it answers; with any, no temperature is sent: such models take none. */
  thinkingTokens: number
  price?: Price | undefined
  /** The last piece is the whole answer. Throws as `translate` says, `ModelTimeout`, or `IncompleteAnswer`. */
  complete(prompt: PromptMessage[], parameters: Parameters, signal: AbortSignal): AsyncIterable<Piece>
  /** Whether it could answer, as far as can be told without asking it anything: never a call that costs. */
  isReady(): Promise<boolean>
}

export type EndpointConfig = Omit<Endpoint, 'complete' | 'id' | 'isReady'> & {
  baseUrl: string
  apiKey?: string | undefined
  maxTokensAs: 'max_tokens' | 'max_completion_tokens'
  connectMs: number
  limits: Limits
}

/** A model behind any OpenAI-compatible server, by streamed chat completions. */
export function createEndpoint({
  baseUrl,
  apiKey,
  maxTokensAs,
  connectMs,
  limits,
  ...about
}: EndpointConfig): Endpoint {
  const client = new OpenAI({
    baseURL: baseUrl,
    // The client insists on one; local servers ignore it.
    apiKey: apiKey ?? 'none',
    // The turn retries, and knows how often it did.
    maxRetries: 0,
    timeout: limits.wholeMs,
    fetch: createFetch(connectMs),
    logLevel: 'off',
  })

  return {
    ...about,
    id: `${about.name}.${fingerprintOf(baseUrl, about.model, apiKey)}`,
    async *complete(prompt, parameters, signal) {
      const clock = startClock(limits, signal)
      try {
        yield* read(await start(prompt, parameters, clock.signal), clock)
      } catch (error) {
        signal.throwIfAborted()
        throw clock.expired ? new ModelTimeout() : translate(error)
      } finally {
        clock.stop()
      }
      // An aborted stream ends without an error.
      signal.throwIfAborted()
    },
    isReady: () => listsModels(baseUrl, apiKey),
  }

  async function start(
    messages: PromptMessage[],
    { maxTokens, temperature }: Parameters,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    const request = {
      model: about.model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
      [maxTokensAs]: maxTokens + about.thinkingTokens,
      ...(about.thinkingTokens > 0 ? {} : { temperature }),
    } as const
    const { body } = await client.chat.completions.create(request, { signal }).asResponse()
    if (!body) throw new IncompleteAnswer()
    return body
  }
}

/** Tells no key to whoever sees it. */
const fingerprintOf = (...parts: (string | undefined)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8)

async function* read(body: AsyncIterable<Uint8Array>, clock: Clock): AsyncGenerator<Piece> {
  let text = ''
  let finished: string | undefined
  let usage: Usage | undefined
  for await (const chunk of readChunks(body)) {
    if (hasTokens(chunk)) clock.tick()
    usage = usageOf(chunk) ?? usage
    const choice = chunk.choices?.[0]
    if (choice?.finish_reason) finished = choice.finish_reason
    // What a model thinks aloud is in other fields.
    if (!choice?.delta?.content) continue
    text += choice.delta.content
    clock.rest()
    yield { text }
    clock.tick()
  }
  if (finished === undefined) throw new IncompleteAnswer()
  if (text.trim() === '') throw new EmptyAnswer()
  yield { text, ...(usage ? { usage } : {}), ...(finished === 'length' ? { isCut: true } : {}) }
}
