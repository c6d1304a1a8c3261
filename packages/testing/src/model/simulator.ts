import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen, readBody, send } from '../http.ts'
import { answerWith } from './answer.ts'
import { createModelFaults, type Manner, type ModelFault, type ModelFaultOptions, usualManner } from './behaviour.ts'
import { type CompletionRequest, invalid, ModelRefused, type PromptMessage, parseRequest, textOf } from './request.ts'

export type ModelOptions = Partial<Manner> & {
  /** The one model it has. */
  model?: string
  /** Asked of every request, when given. */
  apiKey?: string
  /** What the model says; by default `re: ` and the last user message. */
  answer?: (messages: PromptMessage[]) => string
}

/** One request for a completion. */
type ModelRequest = {
  messages: PromptMessage[]
  body: Readonly<Record<string, unknown>>
  /** ms since 1970; `endedAt` is missing while it is under way. */
  at: number
  endedAt?: number
  /** The client went away before the answer was complete. */
  aborted: boolean
}

export type ModelSimulator = AsyncDisposable & {
  /** Ends in `/v1`. */
  baseUrl: string
  model: string
  /** In the order they came. */
  requests: readonly ModelRequest[]
  /** How answers come; may be changed at any time. */
  manner: Manner
  /** The next requests go wrong. The function returned ends it. */
  fault(fault: ModelFault, options?: ModelFaultOptions): () => void
  /** How many requests are under way. */
  active(): number
  /** Empties `requests`: under a long load they would fill the memory. */
  forget(): void
}

/** An OpenAI-compatible server with one model, on a free port of this machine. */
export async function startModel(options: ModelOptions = {}): Promise<ModelSimulator> {
  const { model = 'simulated', apiKey, answer = repeat, ...manners } = options
  const manner: Manner = { ...usualManner, ...manners }
  const faults = createModelFaults()
  const requests: ModelRequest[] = []
  let active = 0

  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await route(request, response)
    } catch (error) {
      refuse(response, error instanceof ModelRefused ? error : serverError(String(error)))
    }
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    checkKey(request.headers.authorization)
    const body = await readBody(request)
    const path = `${request.method} ${request.url}`
    if (path === 'GET /v1/models') return sendJson(response, { object: 'list', data: [listing(model)] })
    if (path !== 'POST /v1/chat/completions') throw invalid(`Invalid URL (${path})`, null, null, 404)
    const wanted = parseRequest(body.toString())
    if (wanted.model !== model)
      throw invalid(`The model \`${wanted.model}\` does not exist.`, 'model_not_found', null, 404)
    await complete(wanted, response)
  }

  async function complete(wanted: CompletionRequest, response: ServerResponse): Promise<void> {
    const record: ModelRequest = { messages: wanted.messages, body: wanted.body, at: Date.now(), aborted: false }
    requests.push(record)
    active += 1
    const gone = new AbortController()
    let isOver = false
    response.once('close', () => {
      active -= 1
      record.endedAt = Date.now()
      record.aborted = !isOver
      if (record.aborted) gone.abort()
    })
    try {
      const text = answer(wanted.messages)
      const end = await answerWith({ wanted, text, manner, fault: faults.take(), response, gone: gone.signal })
      isOver = !gone.signal.aborted
      if (end === 'cut') response.destroy()
    } catch (error) {
      isOver = true
      throw error
    }
  }

  function checkKey(authorization: string | undefined): void {
    if (apiKey === undefined || authorization === `Bearer ${apiKey}`) return
    throw invalid('Incorrect API key provided.', 'invalid_api_key', null, 401)
  }

  const server = await listen(listener)
  return {
    baseUrl: `${server.origin}/v1`,
    model,
    requests,
    manner,
    fault: faults.plan,
    active: () => active,
    forget() {
      requests.length = 0
    },
    [Symbol.asyncDispose]: server.close,
  }
}

/** The default answer. */
function repeat(messages: PromptMessage[]): string {
  return `re: ${textOf(messages.findLast(message => message.role === 'user')?.content)}`
}

const listing = (id: string) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'simulator' })

const serverError = (message: string) =>
  new ModelRefused(500, { message, type: 'server_error', param: null, code: null })

function refuse(response: ServerResponse, { status, error, retryAfterSeconds }: ModelRefused): void {
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds)
  sendJson(response, { error }, status)
}

function sendJson(response: ServerResponse, body: object, status = 200): void {
  send(response, status, 'application/json', JSON.stringify(body))
}
