import { Unanswered, Unavailable } from '@waystation/domain'
import { Pool } from 'undici'
import { z } from 'zod'
import { failureOf } from './errors.ts'

const TIME_LIMIT_MS = 10_000
/** Below the limit of a call, so that a dead network is told from a slow answer. */
const CONNECT_LIMIT_MS = 5_000
/** Spares most messages of a conversation a TLS handshake. */
const IDLE_MS = 20_000
/** A full batch of 100 updates stays far below. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

const successSchema = z.object({ ok: z.literal(true), result: z.unknown() })

type CallOptions = { signal?: AbortSignal; timeLimitMs?: number }

/** A client of the Bot API for one bot. */
export type BotApi = {
  /**
   * Calls a method and returns its result, as `result` parses it. `timeLimitMs` (10 s) covers everything from
   * connecting to the answer's last byte. Throws what `failureOf` says, `Unavailable` when Telegram is not
   * reached, `Unanswered` when it is and says nothing, or the reason of `signal`.
   */
  call<Result>(method: string, params: object, result: z.ZodType<Result>, options?: CallOptions): Promise<Result>
  close(): Promise<void>
}

/** `apiRoot`: `https://api.telegram.org`, or a server of one's own. */
export function botApi({ apiRoot, token }: { apiRoot: string; token: string }): BotApi {
  const { origin, pathname } = new URL(apiRoot)
  const prefix = pathname.replace(/\/$/, '')
  const pool = new Pool(origin, {
    connect: { timeout: CONNECT_LIMIT_MS },
    keepAliveTimeout: IDLE_MS,
    maxResponseSize: MAX_ANSWER_BYTES,
    // One call per connection: over HTTP/2 one broken connection would take many calls with it.
    allowH2: false,
  })

  async function post(method: string, params: object, signal: AbortSignal) {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: `${prefix}/bot${token}/${method}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(params),
      signal,
    })
    return { status: statusCode, answer: readJson(await body.text()) }
  }

  return {
    async call(method, params, result, { signal, timeLimitMs = TIME_LIMIT_MS } = {}) {
      const limit = startLimit(timeLimitMs, signal)
      const { status, answer } = await post(method, params, limit.signal)
        .catch(error => {
          if (signal?.aborted) throw signal.reason
          throw unanswered(method, error)
        })
        .finally(limit.stop)
      const { data: success } = successSchema.safeParse(answer)
      const parsed = success && result.safeParse(success.result)
      if (parsed?.success) return parsed.data
      throw failureOf(method, status, answer)
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

/** Only the code goes on, never the error itself: the token is part of the URL, and foreign errors quote URLs. */
function unanswered(method: string, error: unknown): Unavailable {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'timeout'
  return unsent.test(code)
    ? new Unavailable(`${method}: not reached (${code})`)
    : new Unanswered(`${method}: no answer (${code})`)
}
