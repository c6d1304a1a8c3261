import { createEndpoint, type Endpoint } from './call/endpoint.ts'
import { findOllama } from './call/ollama.ts'
import { builtInResponder } from './call/responder.ts'
import type { ModelConfig } from './config.ts'
import { type EndpointSettings, endpointSettings } from './settings.ts'

/** The key that a variable of this name holds. */
export type KeyOf = (variable: string) => string | undefined

/**
 * The models that variables and settings name; else an Ollama on this machine; else the built-in responder. `state` says
 * for a person which.
 */
export async function findEndpoints(config: ModelConfig, settings: readonly EndpointSettings[], keyOf: KeyOf) {
  const named = namedEndpoints(config, settings)
  const ollama = named.length > 0 ? undefined : await findOllama()
  if (ollama) named.push(endpointSettings.parse({ name: 'ollama', tier: 'local', ...ollama }))
  const endpoints = named.map(one => open(one, config, one.apiKeyEnv && keyOf(one.apiKeyEnv)))
  const state = named.map(({ model, tier, baseUrl }) => `${model} (${tier}, ${new URL(baseUrl).host})`).join(', ')
  if (endpoints.length > 0) return { endpoints, state }
  return { endpoints: [builtInResponder], state: 'built-in responder; no model is connected' }
}

/** Those that variables name, and those of waystation.yaml. */
export const namedEndpoints = (config: ModelConfig, settings: readonly EndpointSettings[]): EndpointSettings[] => [
  ...fromVariables(config),
  ...settings,
]

function fromVariables(config: ModelConfig): EndpointSettings[] {
  const { LOCAL_MODEL_BASE_URL, LOCAL_MODEL, COMMERCIAL_MODEL_BASE_URL, COMMERCIAL_MODEL } = config
  return [
    ...(LOCAL_MODEL_BASE_URL && LOCAL_MODEL
      ? [
          endpointSettings.parse({
            name: 'local',
            tier: 'local',
            baseUrl: LOCAL_MODEL_BASE_URL,
            model: LOCAL_MODEL,
            apiKeyEnv: 'LOCAL_MODEL_API_KEY',
          }),
        ]
      : []),
    ...(COMMERCIAL_MODEL
      ? [
          endpointSettings.parse({
            name: 'commercial',
            tier: 'commercial',
            baseUrl: COMMERCIAL_MODEL_BASE_URL,
            model: COMMERCIAL_MODEL,
            apiKeyEnv: 'COMMERCIAL_MODEL_API_KEY',
          }),
        ]
      : []),
  ]
}

function open(
  { limits, apiKeyEnv, ...settings }: EndpointSettings,
  config: ModelConfig,
  apiKey: string | undefined,
): Endpoint {
  const firstTokenSeconds = limits.firstTokenSeconds ?? config.MODEL_FIRST_TOKEN_SECONDS
  return createEndpoint({
    ...settings,
    apiKey,
    connectMs: limits.connectSeconds * 1000,
    limits: {
      firstTokenMs: firstTokenSeconds * 1000,
      nextTokenMs: limits.nextTokenSeconds * 1000,
      wholeMs: limits.wholeSeconds * 1000,
    },
  })
}
