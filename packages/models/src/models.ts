import type { Model } from '@waystation/domain'
import type { ModelConfig } from './config.ts'
import { createEndpoint, type EndpointConfig } from './endpoint.ts'
import { withFallback } from './fallback.ts'
import { findOllama } from './ollama.ts'
import { builtInResponder } from './responder.ts'

const NEXT_TOKEN_MS = 20_000
const WHOLE_MS = 5 * 60_000

/**
 * The models that are configured, the local one first; else an Ollama on this machine; else the built-in responder.
 * `state` says for a person which.
 */
export async function createModels(config: ModelConfig): Promise<{ model: Model; state: string }> {
  const endpoints = configured(config)
  const ollama = endpoints.length ? undefined : await findOllama()
  if (ollama) endpoints.push(endpoint(config, 'local', ollama.baseUrl, ollama.model))
  const [first, ...others] = endpoints
  if (!first) return { model: builtInResponder, state: 'built-in responder; no model is connected' }
  return {
    model: withFallback([createEndpoint(first), ...others.map(createEndpoint)]),
    state: endpoints.map(({ model, tier, baseUrl }) => `${model} (${tier}, ${new URL(baseUrl).host})`).join(', then '),
  }
}

function configured(config: ModelConfig): EndpointConfig[] {
  const endpoints: EndpointConfig[] = []
  if (config.LOCAL_MODEL_BASE_URL && config.LOCAL_MODEL) {
    endpoints.push(
      endpoint(config, 'local', config.LOCAL_MODEL_BASE_URL, config.LOCAL_MODEL, config.LOCAL_MODEL_API_KEY),
    )
  }
  if (config.COMMERCIAL_MODEL) {
    const { COMMERCIAL_MODEL_BASE_URL: baseUrl, COMMERCIAL_MODEL: model, COMMERCIAL_MODEL_API_KEY: apiKey } = config
    endpoints.push(endpoint(config, 'commercial', baseUrl, model, apiKey))
  }
  return endpoints
}

const endpoint = (
  config: ModelConfig,
  tier: EndpointConfig['tier'],
  baseUrl: string,
  model: string,
  apiKey?: string,
): EndpointConfig => ({
  tier,
  baseUrl,
  model,
  apiKey,
  maxTokens: config.MODEL_MAX_TOKENS,
  temperature: config.MODEL_TEMPERATURE,
  limits: { firstTokenMs: config.MODEL_FIRST_TOKEN_SECONDS * 1000, nextTokenMs: NEXT_TOKEN_MS, wholeMs: WHOLE_MS },
})
