import {
  type Completion,
  type Model,
  type PromptMessage,
  Rejected,
  type Route,
  Unavailable,
  type Usage,
} from '@waystation/domain'
import OpenAI, { APIConnectionError, APIError } from 'openai'
import { IncompleteAnswer, readChunks } from './chunks.ts'
import { createFetch } from './transport.ts'

export type EndpointConfig = {
  tier: Route['tier']
  baseUrl: string
  model: string
  apiKey?: string | undefined
  maxTokens: number
  temperature: number
  limits: Limits
}

/** How long to wait for the first token, for each next one, and for the whole answer; ms. */
type Limits = { firstTokenMs: number; nextTokenMs: number; wholeMs: number }

/** The model kept the connection and said nothing for too long. */
export class ModelTimeout extends Error {
  override name = 'ModelTimeout'
}

/** A model behind any OpenAI-compatible server, by streamed chat completions. */
export function createEndpoint(config: EndpointConfig): Model {
  const { tier, model, limits } = config
  const route: Route = { tier, model, reason: 'default' }
  const client = new OpenAI({
    baseURL: config.baseUrl,
    // The client insists on one; local servers ignore it.
    apiKey: config.apiKey ?? 'none',
    // The turn retries, and knows how often it did.
    maxRetries: 0,
    timeout: limits.wholeMs,
    fetch: createFetch(),
    logLevel: 'off',
  })

  return {
    async *complete(prompt, signal) {
      const clock = startClock(limits, signal)
      try {
        yield* read(await start(prompt, clock.signal), clock.tick)
      } catch (error) {
        signal.throwIfAborted()
        throw clock.expired ? new ModelTimeout() : translate(error)
      } finally {
        clock.stop()
      }
      // An aborted stream ends without an error.
      signal.throwIfAborted()
    },
  }

  async function start(messages: PromptMessage[], signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const request = {
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: config.maxTokens,
      temperature: config.temperature,
    } as const
    const { body } = await client.chat.completions.create(request, { signal }).asResponse()
    if (!body) throw new IncompleteAnswer()
    return body
  }

  async function* read(body: AsyncIterable<Uint8Array>, tick: () => void): AsyncGenerator<Completion> {
    let text = ''
    let finished = false
    let usage: Usage | undefined
    for await (const chunk of readChunks(body)) {
      tick()
      // In a chunk of its own, with no choices, or beside the finish_reason: servers differ.
      if (chunk.usage)
        usage = { promptTokens: chunk.usage.prompt_tokens, completionTokens: chunk.usage.completion_tokens }
      const choice = chunk.choices?.[0]
      if (choice?.finish_reason) finished = true
      if (!choice?.delta?.content) continue
      text += choice.delta.content
      yield { text, route }
    }
    if (!finished || text.trim() === '') throw new IncompleteAnswer()
    yield { text, route, ...(usage ? { usage } : {}) }
  }
}

/** Aborts its signal when the model is silent for too long; `tick` at every sign of life. */
function startClock({ firstTokenMs, nextTokenMs }: Limits, outer: AbortSignal) {
  const controller = new AbortController()
  const abort = () => controller.abort()
  outer.addEventListener('abort', abort, { once: true })
  if (outer.aborted) abort()
  const clock = { signal: controller.signal, expired: false, tick, stop }
  let timer = setTimeout(expire, firstTokenMs)

  function expire() {
    clock.expired = true
    abort()
  }
  function tick() {
    clearTimeout(timer)
    timer = setTimeout(expire, nextTokenMs)
  }
  function stop() {
    clearTimeout(timer)
    outer.removeEventListener('abort', abort)
  }
  return clock
}

/** 429 and 5xx pass; a wrong key, model or request does not. Source: the client's error classes, and each server's own. */
function translate(error: unknown): unknown {
  if (error instanceof APIConnectionError)
    return new Unavailable('the model cannot be reached', undefined, { cause: error })
  if (!(error instanceof APIError) || error.status === undefined) return error
  if (error.code === 'insufficient_quota') return new Rejected('model_quota_spent', { cause: error })
  const { status } = error
  if (status === 429 || status === 408 || status === 409 || status >= 500) {
    return new Unavailable(`the model answered ${status}`, retryAfterMs(error.headers), { cause: error })
  }
  if (status === 401 || status === 403) return new Rejected('model_refuses_key', { cause: error })
  return new Rejected(status === 404 ? 'model_unknown' : 'model_refuses_request', { cause: error })
}

/** `retry-after` in seconds; its other form, a date, is rare enough to be left to our own backoff. */
function retryAfterMs(headers: Headers | undefined): number | undefined {
  const seconds = Number(headers?.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}
