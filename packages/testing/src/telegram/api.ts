import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Faults } from '../faults.ts'
import { readBody, send } from '../http.ts'
import type { Fault } from './fault.ts'
import type { createFlood } from './flood.ts'
import { chatIdOf } from './messages.ts'
import { type Params, parseParams } from './params.ts'
import type { Call, Records } from './records.ts'
import { Refused, tooManyRequests } from './refused.ts'

/** `onGone` hears of it when the client goes away. May throw `Refused`. */
export type Method = (params: Params, onGone: (listener: () => void) => void) => unknown

type Deps = {
  token: string
  methods: Readonly<Record<string, Method>>
  faults: Faults<Fault, number>
  flood: ReturnType<typeof createFlood>
  records: Records
}

type Answer = { status: number; body: string }

/** `/bot<token>/<method>` over HTTP: parameters in, `{ok, result}` or `{ok, error_code, description}` out. */
export function createApi({ token, methods, faults, flood, records }: Deps) {
  const byName = new Map(Object.entries(methods).map(([name, method]) => [name.toLowerCase(), { name, method }]))
  let active = 0

  async function listener(request: IncomingMessage, response: ServerResponse): Promise<void> {
    active += 1
    const answered = await respond(request, response).catch(asAnswer)
    active -= 1
    if (answered === 'drop') request.socket.destroy()
    else send(response, answered.status, 'application/json', answered.body)
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<Answer | 'drop'> {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2)
    const [, givenToken, methodName = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? []
    if (givenToken === undefined) throw new Refused(404, 'Not Found')
    if (givenToken !== token) throw new Refused(401, 'Unauthorized')
    const body = await readBody(request)
    const found = byName.get(methodName.toLowerCase())
    if (!found) throw new Refused(404, 'Not Found: method not found')
    const params = parseParams(query, request.headers['content-type'] ?? '', body)
    const chat = chatIdOf(params)
    const call: Call = { method: found.name, ...(chat === undefined ? {} : { chat }), params, at: Date.now() }
    records.calls.push(call)
    const answer = await handle(call, found.method, response).catch(asAnswer)
    if (answer !== 'drop') call.status = answer.status
    return answer
  }

  async function handle(call: Call, method: Method, response: ServerResponse): Promise<Answer | 'drop'> {
    if (call.chat !== undefined) flood.admit(call.method, call.chat)
    const fault = faults.take(call.method.toLowerCase(), call.chat)
    if (!fault) return run(call, method, response)
    if ('status' in fault) return answerOf(fault, call.chat)
    if ('delayMs' in fault && fault.when === 'before') await sleep(fault.delayMs)
    const answer = 'drop' in fault && fault.drop === 'before' ? 'drop' : await run(call, method, response)
    if ('delayMs' in fault && fault.when === 'after') await sleep(fault.delayMs)
    return 'drop' in fault ? 'drop' : answer
  }

  /** An injected 429 is meant: until its time is over, calls are early. */
  function answerOf({ status, ...fault }: Extract<Fault, { status: number }>, chat: number | undefined): Answer {
    const seconds = fault.parameters?.retry_after
    if (status === 429 && seconds !== undefined && chat !== undefined) flood.pause(chat, seconds)
    if (fault.body !== undefined) return { status, body: fault.body }
    const usual = seconds === undefined ? 'Internal Server Error' : tooManyRequests(seconds).message
    return asAnswer(new Refused(status, fault.description ?? usual, fault.parameters))
  }

  async function run({ params }: Call, method: Method, response: ServerResponse): Promise<Answer> {
    try {
      const result = await method(params, listener => response.once('close', listener))
      return { status: 200, body: JSON.stringify({ ok: true, result }) }
    } catch (error) {
      return asAnswer(error)
    }
  }

  /** A call that came by another way than HTTP. */
  const execute = (name: string, params: Params) => void byName.get(name.toLowerCase())?.method(params, () => {})

  return { listener, execute, active: () => active }
}

function asAnswer(error: unknown): Answer {
  if (!(error instanceof Refused)) return asAnswer(new Refused(500, `Internal Server Error: ${error}`))
  const { status, message, parameters } = error
  const body = { ok: false, error_code: status, description: message, ...(parameters ? { parameters } : {}) }
  return { status, body: JSON.stringify(body) }
}
