import { Unanswered, Unavailable } from '@waystation/domain'
import { type Dispatcher, Pool } from 'undici'

const TIME_LIMIT_MS = 10_000
/** Below the limit of a call, so that a dead network is told from a slow answer. */
const CONNECT_LIMIT_MS = 5_000
/** Spares most messages of a conversation a TLS handshake. */
const IDLE_MS = 20_000
/** A full batch of 100 updates of Telegram stays far below. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

export type CallOptions = { signal?: AbortSignal | undefined; timeLimitMs?: number | undefined }

export type Call = CallOptions & {
  /** What errors call it: the path may hold a secret. */
  name: string
  method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT'
  /** Below the root of the API, with a slash in front. */
  path: string
  headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  body?: object
}

/** `body`: what was answered, where it is JSON. */
export type Answer = { status: number; headers: Dispatcher.ResponseData['headers']; body: unknown }

/** A client of one platform's API. */
export type Client = {
  /**
   * Resolves with whatever is answered. `timeLimitMs` (10 s) covers everything from connecting to the answer's last
   * byte. Throws `Unavailable` when the platform is not reached, `Unanswered` when it is and says nothing, or the reason
   * of `signal`.
   */
  call(call: Call): Promise<Answer>
  close(): Promise<void>
}

/** `root`: the address of the API. */
export function createClient(root: string): Client {
  const { origin, pathname } = new URL(root)
  const prefix = pathname.replace(/\/$/, '')
  const pool = new Pool(origin, {
    connect: { timeout: CONNECT_LIMIT_MS },
    keepAliveTimeout: IDLE_MS,
    maxResponseSize: MAX_ANSWER_BYTES,
    // One call per connection: over HTTP/2 one broken connection would take many calls with it.
    allowH2: false,
  })

  async function send({ method, path, headers, body }: Call, signal: AbortSignal): Promise<Answer> {
    const answer = await pool.request({
      method,
      path: `${prefix}${path}`,
      headers: { ...headers, ...(body ? { 'content-type': 'application/json; charset=utf-8' } : {}) },
      body: body ? JSON.stringify(body) : null,
      signal,
    })
    return { status: answer.statusCode, headers: answer.headers, body: readJson(await answer.body.text()) }
  }

  return {
    async call(call) {
      const { name, signal, timeLimitMs = TIME_LIMIT_MS } = call
      const limit = startLimit(timeLimitMs, signal)
      return send(call, limit.signal)
        .catch(error => {
          if (signal?.aborted) throw signal.reason
          throw unanswered(name, error)
        })
        .finally(limit.stop)
    },
    close: () => pool.destroy(),
  }
}

/** Aborts after `timeLimitMs`, or with `outer`. `AbortSignal.timeout` would run on after the call and make an error each time. */
function startLimit(timeLimitMs: number, outer: AbortSignal | undefined) {
  const limit = new AbortController()
  const abort = () => limit.abort()
  if (outer?.aborted) abort()
  outer?.addEventListener('abort', abort)
  const timer = setTimeout(abort, timeLimitMs)
  return {
    signal: limit.signal,
    stop() {
      clearTimeout(timer)
      outer?.removeEventListener('abort', abort)
    },
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What goes wrong before a byte of the request is written: name look-up, connecting, TLS. */
const unsent =
  /^(E(CONNREFUSED|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH|PROTO)|UND_ERR_CONNECT_TIMEOUT|UNABLE_TO_VERIFY.*|.*(CERT|SSL|TLS).*)$/

/** Only the code goes on, never the error itself: foreign errors quote URLs, and with them a token. */
function unanswered(name: string, error: unknown): Unavailable {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'timeout'
  return unsent.test(code)
    ? new Unavailable(`${name}: not reached (${code})`)
    : new Unanswered(`${name}: no answer (${code})`)
}
