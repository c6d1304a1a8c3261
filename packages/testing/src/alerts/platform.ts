import type { IncomingHttpHeaders } from 'node:http'
import { createFaults, type FaultOptions } from '../faults.ts'
import { listen, readBody, send } from '../http.ts'

/** What goes wrong with a message. It is taken, and then `lost`: the connection breaks; `silent`: no answer ever comes. */
export type AlertFault =
  | { kind: 'status'; status: number; headers?: Readonly<Record<string, string>> }
  | { kind: 'answer'; body: object }
  | { kind: 'lost' | 'silent' }

export type Asked = {
  path: string
  headers: IncomingHttpHeaders
  text: string
  body: Readonly<Record<string, unknown>>
}
export type Answered = { status?: number; headers?: Readonly<Record<string, string>>; body: object }

/** A place that alerts are posted to. `answer` takes a message, or says why not. */
export async function startPlatform(answer: (asked: Asked) => Answered) {
  const faults = createFaults<AlertFault, never>()
  let calls = 0
  const server = await listen(async (request, response) => {
    const text = (await readBody(request)).toString('utf8')
    calls += 1
    const reply = ({ status = 200, headers = {}, body }: Answered) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      send(response, status, 'application/json; charset=utf-8', JSON.stringify(body))
    }
    const fault = faults.take('send', undefined)
    if (fault?.kind === 'status') return reply({ ...fault, body: {} })
    if (fault?.kind === 'answer') return reply(fault)
    const answered = answer({ path: request.url ?? '', headers: request.headers, text, body: readObject(text) })
    if (fault?.kind === 'lost') response.destroy()
    else if (fault === undefined) reply(answered)
  })
  return {
    origin: server.origin,
    /** How often it was called, whatever came of it. */
    calls: () => calls,
    /** The function returned ends it. */
    fail: (fault: AlertFault, options?: FaultOptions<never>) => faults.plan('send', fault, options),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** Whether a call is one too many: at most `calls` in any stretch of `perMs` milliseconds. */
export function createLimit({ calls, perMs }: { calls: number; perMs: number }): () => boolean {
  const times: number[] = []
  return () => {
    const now = Date.now()
    while ((times[0] ?? now) <= now - perMs) times.shift()
    if (times.length >= calls) return true
    times.push(now)
    return false
  }
}
