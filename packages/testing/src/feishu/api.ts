import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Faults } from '../faults.ts'
import { readBody, send } from '../http.ts'
import { type FeishuApp, has, hex } from './apps.ts'
import { isObject, tryParse } from './card.ts'
import { type Body, type Endpoint, type Endpoints, type OpenEndpoint, type Request, route } from './endpoint.ts'
import type { Fault } from './fault.ts'
import type { createLimits, Limited } from './limits.ts'
import type { FeishuCall, Records } from './records.ts'
import { Refused } from './refused.ts'
import type { createTokens } from './tokens.ts'

type Deps = {
  apps: readonly FeishuApp[]
  endpoints: Endpoints
  tokens: ReturnType<typeof createTokens>
  faults: Faults<Fault, string>
  limits: ReturnType<typeof createLimits>
  records: Records
}

/** `code` is what the body says; a page of a proxy says none. */
type Answer = { status: number; code?: number; body: string; headers?: Readonly<Record<string, string>> }

/** The open platform over HTTP: JSON in, `{code, msg, data}` out. */
export function createApi({ apps, endpoints, tokens, faults, limits, records }: Deps) {
  let active = 0

  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    active += 1
    const answered = await respond(request).catch(asAnswer)
    active -= 1
    if (answered === 'drop') return void request.socket.destroy()
    for (const [name, value] of Object.entries(answered.headers ?? {})) response.setHeader(name, value)
    const isJson = answered.code !== undefined
    send(response, answered.status, isJson ? 'application/json; charset=utf-8' : 'text/html', answered.body)
  }

  async function respond(request: IncomingMessage): Promise<Answer | 'drop'> {
    const [pathname = '', search = ''] = (request.url ?? '').split('?', 2)
    const found = route(request.method ?? '', pathname)
    const endpoint = found && endpoints[found.name]
    if (!endpoint) return { status: 404, body: '404 page not found' }
    const raw = (await readBody(request)).toString()
    const body = raw === '' ? {} : tryParse(raw)
    const call: FeishuCall = { endpoint: found.name, app: '', at: Date.now(), body: isObject(body) ? body : {} }
    records.calls.push(call)
    const run = () => {
      if (!isObject(body)) throw new Refused(9499, 'Invalid request body: a JSON object is expected')
      if ('open' in endpoint) return admitOpen(call, endpoint, body)
      const app = tokens.appOf(request.headers.authorization)
      return admit(call, endpoint, { app, path: found.path, query: new URLSearchParams(search), body })
    }
    const answer = await Promise.try(run).catch(asAnswer)
    if (answer !== 'drop') Object.assign(call, { status: answer.status, code: answer.code })
    return answer
  }

  function admitOpen(call: FeishuCall, endpoint: OpenEndpoint, body: Body): Promise<Answer | 'drop'> {
    // The token's fields are in small letters, the long connection's are not.
    const appId = body.app_id ?? body.AppID
    call.app = apps.find(app => app.appId === appId)?.appId ?? ''
    return handle(call, () => ({ code: 0, msg: 'ok', ...endpoint.open(body) }))
  }

  function admit(call: FeishuCall, endpoint: Endpoint, request: Request): Promise<Answer | 'drop'> {
    const { scopes = [], chatOf, isBare } = endpoint
    call.app = request.app.appId
    const chat = chatOf?.(request)
    if (chat !== undefined) call.chat = chat
    if (!has(request.app, ...scopes))
      throw new Refused(99991672, `Access denied. One of the following scopes is required: [${scopes.join(', ')}].`)
    limits.admit(limitedBy(call, request.path))
    return handle(call, () => {
      const result = endpoint.run(request)
      return { code: 0, msg: 'success', ...(isBare ? result : { data: result }) }
    })
  }

  async function handle(call: FeishuCall, run: () => object): Promise<Answer | 'drop'> {
    const fault = faults.take(call.endpoint, call.chat)
    if (!fault) return answerOf(run)
    if ('code' in fault || 'body' in fault) return injected(fault, call)
    if ('delayMs' in fault && fault.when === 'before') await sleep(fault.delayMs)
    const answer = 'drop' in fault && fault.drop === 'before' ? 'drop' : answerOf(run)
    if ('delayMs' in fault && fault.when === 'after') await sleep(fault.delayMs)
    return 'drop' in fault ? 'drop' : answer
  }

  /** An injected rate limit is meant: until its reset, calls are early. */
  function injected(fault: Extract<Fault, { code: number } | { body: string }>, call: FeishuCall): Answer {
    if ('body' in fault) return fault
    const { code, status = code === 99991400 ? 429 : 400, msg = `injected ${code}`, headers = {} } = fault
    const reset = Number(headers['x-ogw-ratelimit-reset'])
    if (code === 99991400 && reset > 0) limits.pause(limitedBy(call, {}), reset)
    return asAnswer(new Refused(code, msg, status, headers))
  }

  return { listener, active: () => active }
}

function limitedBy({ endpoint, app, chat }: FeishuCall, path: Request['path']): Limited {
  return {
    endpoint,
    app,
    ...(chat === undefined ? {} : { chat }),
    ...(path.card_id === undefined ? {} : { card: path.card_id }),
    ...(path.message_id === undefined ? {} : { message: path.message_id }),
  }
}

function answerOf(run: () => object): Answer {
  try {
    return { status: 200, code: 0, body: JSON.stringify(run()), headers: { 'x-tt-logid': hex(32) } }
  } catch (error) {
    return asAnswer(error)
  }
}

function asAnswer(error: unknown): Answer {
  if (!(error instanceof Refused)) return asAnswer(new Refused(2200, `Internal Server Error: ${error}`, 500))
  const { code, message, status, headers } = error
  const logId = hex(32)
  const body = JSON.stringify({ code, msg: message, error: { log_id: logId } })
  return { status, code, body, headers: { ...headers, 'x-tt-logid': logId } }
}
