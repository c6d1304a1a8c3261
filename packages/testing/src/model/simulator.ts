import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen, readBody } from '../http.ts'
import { answerWith } from './answer.ts'
import { createModelFaults, type Manner, type ModelFault, type ModelFaultOptions, usualManner } from './behaviour.ts'
import { type Dialect, type DialectName, dialects, noDialect } from './dialects.ts'
import { createPlaces } from './places.ts'
import { sendJson } from './probes.ts'
import {
  type CompletionRequest,
  invalid,
  ModelRefused,
  type PromptMessage,
  parseRequest,
  promptText,
  textOf,
} from './request.ts'
import { tokensOf } from './tokens.ts'

export type ModelOptions = Partial<Manner> & {
  /** The one model it has. */
  model?: string
  /** Asked of every request, when given. */
  apiKey?: string
  /** What the model says; by default `re: ` and the last user message. */
  answer?: (messages: PromptMessage[]) => string
  /** The backend it behaves like; `Manner`'s fields change that. */
  dialect?: DialectName
  /** How many requests it answers at once; by default as the dialect does. */
  parallel?: number
  /** How many more wait for their turn; the next is refused. */
  queue?: number
  /** A longer prompt is refused: in tokens, at four characters to one. */
  contextTokens?: number
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
  const { model = 'simulated', apiKey, answer = repeat, contextTokens = Infinity, ...more } = options
  const dialect: Dialect = more.dialect ? dialects[more.dialect] : noDialect
  const { parallel = dialect.parallel ?? Infinity, queue = dialect.queue ?? Infinity, dialect: _, ...manners } = more
  const manner: Manner = { ...usualManner, ...dialect.manner, ...manners }
  const places = createPlaces(parallel, queue)
  const faults = createModelFaults()
  const requests: ModelRequest[] = []
  let active = 0

  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await route(request, response)
    } catch (error) {
      refuse(response, error instanceof ModelRefused ? error : serverError(String(error)), dialect)
    }
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = `${request.method} ${request.url}`
    const probe = dialect.probes?.[path]
    if (probe) return probe(response, { model, isLoading: faults.peek()?.kind === 'loading' })
    checkKey(request.headers.authorization)
    const body = await readBody(request)
    if (path === 'GET /v1/models') return sendJson(response, { object: 'list', data: [listing(model)] })
    if (path !== 'POST /v1/chat/completions') throw invalid(`Invalid URL (${path})`, null, null, 404)
    const wanted = parse(body.toString())
    check(wanted)
    await complete(wanted, response)
  }

  function parse(body: string): CompletionRequest {
    try {
      return parseRequest(body)
    } catch (error) {
      throw error instanceof ModelRefused && hasParameter(error) ? dialect.refusals.badParameter(error) : error
    }
  }

  function check(wanted: CompletionRequest): void {
    if (wanted.model !== model) throw dialect.refusals.unknownModel(wanted.model)
    if (dialect.refusesMaxTokens && wanted.body.max_tokens !== undefined)
      throw invalid(USE_THE_OTHER, 'unsupported_parameter', 'max_tokens')
    const tokens = tokensOf(promptText(wanted))
    if (tokens > contextTokens) throw dialect.refusals.tooLong(tokens, contextTokens)
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
      const fault = faults.take()
      using _place = await places.take(gone.signal, dialect.refusals.busy)
      const text = answer(wanted.messages)
      const end = await answerWith({ wanted, text, manner, dialect, fault, response, gone: gone.signal })
      isOver = !gone.signal.aborted
      if (end === 'cut') response.destroy()
    } catch (error) {
      isOver = true
      throw error
    }
  }

  function checkKey(authorization: string | undefined): void {
    if (apiKey === undefined || dialect.ignoresKeys || authorization === `Bearer ${apiKey}`) return
    throw dialect.refusals.wrongKey()
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

const USE_THE_OTHER =
  "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."

const hasParameter = ({ error }: ModelRefused): boolean => typeof error === 'object' && Boolean(error.param)

function refuse(response: ServerResponse, refused: ModelRefused, { besideError }: Dialect): void {
  const { status, error, retryAfterSeconds } = refused
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds)
  sendJson(response, { error, ...besideError }, status)
}
