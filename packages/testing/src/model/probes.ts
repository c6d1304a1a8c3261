import type { ServerResponse } from 'node:http'
import { send } from '../http.ts'

type Asked = {
  model: string
  /** The next request will find it loading. */
  isLoading: boolean
}

/** What is answered to whom it may concern, by method and path. */
export type Probes = Readonly<Record<string, (response: ServerResponse, asked: Asked) => void>>

/** llama.cpp's 503 while it starts. Source: tools/server/README. */
export const loading = { code: 503, message: 'Loading model', type: 'unavailable_error' }

export const ollamaProbes: Probes = {
  'GET /': response => send(response, 200, 'text/plain; charset=utf-8', 'Ollama is running'),
  'GET /api/version': response => sendJson(response, { version: '0.0.0' }),
  'GET /api/tags': (response, { model }) => sendJson(response, { models: [{ name: model, model, size: 1 }] }),
}

/** Nothing but whether its engine lives; whether it is ready says `/v1/models`. */
export const vllmProbes: Probes = {
  'GET /health': response => send(response, 200, 'text/plain', ''),
}

function llamaCppHealth(response: ServerResponse, { isLoading }: Asked): void {
  if (isLoading) sendJson(response, { error: loading }, 503)
  else sendJson(response, { status: 'ok' })
}

export const llamaCppProbes: Probes = { 'GET /health': llamaCppHealth, 'GET /v1/health': llamaCppHealth }

export function sendJson(response: ServerResponse, body: object, status = 200): void {
  send(response, status, 'application/json', JSON.stringify(body))
}
