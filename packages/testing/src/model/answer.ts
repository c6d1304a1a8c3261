import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { send } from '../http.ts'
import type { Manner, ModelFault } from './behaviour.ts'
import { type Completion, completionOf, eventsOf, sse, wholeBody } from './completion.ts'
import { type CompletionRequest, ModelRefused } from './request.ts'

/** How often a comment says that the server is still there. */
const COMMENT_EVERY_MS = 1_000

type Deps = {
  wanted: CompletionRequest
  /** What the model says. */
  text: string
  manner: Manner
  fault: ModelFault | undefined
  response: ServerResponse
  /** Aborts when the client goes away. */
  gone: AbortSignal
}

/** Writes one answer in its time, well or with its fault. `cut`: the caller is to end the connection. */
export async function answerWith({ manner: usual, ...deps }: Deps): Promise<'sent' | 'cut'> {
  const { wanted, text, fault, response, gone } = deps
  const manner = fault?.kind === 'manner' ? { ...usual, ...fault } : usual
  if (fault) throwRefusal(fault)
  if (fault?.kind === 'html') {
    send(response, 200, 'text/html', '<html><body>Welcome to nginx!</body></html>')
    return 'sent'
  }
  const completion = completionOf(wanted, text, manner)
  if (fault?.kind === 'no_finish_reason') completion.finishReason = null
  if (fault?.kind === 'hold' && fault.afterChunks === undefined) return await hold(gone)
  const out = createPacedWriter(response, wanted.stream && manner.keepAliveComments, gone)
  const answering = { ...deps, manner, completion, out }
  return wanted.stream ? await stream(answering) : await whole(answering)
}

function throwRefusal(fault: ModelFault): void {
  if (fault.kind === 'loading')
    throw new ModelRefused(503, { code: 503, message: 'Loading model', type: 'unavailable_error' })
  if (fault.kind === 'insufficient_quota') {
    const message = 'You exceeded your current quota, please check your plan and billing details.'
    throw new ModelRefused(429, { message, type: 'insufficient_quota', param: null, code: 'insufficient_quota' })
  }
  if (fault.kind !== 'status') return
  const [message, type, code] =
    fault.status === 429
      ? ['Rate limit reached for requests', 'requests', 'rate_limit_exceeded']
      : ['The server had an error while processing your request', 'server_error', null]
  throw new ModelRefused(fault.status, { message, type, param: null, code }, fault.retryAfterSeconds)
}

type Answering = Deps & { completion: Completion; out: ReturnType<typeof createPacedWriter> }

/** Headers come with the first token, as most local servers do it. */
async function stream({ wanted, manner, fault, response, gone, completion, out }: Answering): Promise<'sent' | 'cut'> {
  const { opening, pieces, ending } = eventsOf(completion, wanted, manner)
  const stopAt = fault && 'afterChunks' in fault ? (fault.afterChunks ?? Infinity) : Infinity
  const pauseMs = Math.max(manner.durationMs - manner.firstTokenMs, 0) / Math.max(pieces.length, 1)
  response.setHeader('content-type', 'text/event-stream')
  await out.until(manner.firstTokenMs)
  out.add(opening)
  for (const [index, piece] of pieces.slice(0, stopAt).entries()) {
    await out.until(manner.firstTokenMs + index * pauseMs)
    out.add(piece)
  }
  if (stopAt === Infinity) {
    await out.until(manner.durationMs)
    out.add(ending)
  } else if (fault?.kind === 'error_event') out.add(sse({ error: brokenInside }))
  if (fault?.kind !== 'cut' && fault?.kind !== 'hold') return out.end()
  await out.flush()
  return fault.kind === 'hold' ? await hold(gone) : 'cut'
}

/** The same answer in one piece: `cut` sends half of it. */
async function whole({ fault, response, gone, manner, completion, out }: Answering): Promise<'sent' | 'cut'> {
  await out.until(manner.durationMs)
  if (fault?.kind === 'hold') return await hold(gone)
  const body = fault?.kind === 'error_event' ? JSON.stringify({ error: brokenInside }) : wholeBody(completion)
  response.setHeader('content-type', 'application/json').setHeader('content-length', Buffer.byteLength(body))
  out.add(fault?.kind === 'cut' ? body.slice(0, body.length / 2) : body)
  if (fault?.kind !== 'cut') return out.end()
  await out.flush()
  return 'cut'
}

const brokenInside = {
  message: 'The server had an error while processing your request',
  type: 'server_error',
  param: null,
  code: null,
}

/** Until the client gives up. */
async function hold(gone: AbortSignal): Promise<'sent'> {
  if (!gone.aborted) await once(gone, 'abort')
  return 'sent'
}

/** Collects what is to be said, and says it when there is a wait; times are ms since it was created. */
function createPacedWriter(response: ServerResponse, withComments: boolean, gone: AbortSignal) {
  const began = performance.now()
  let unsent = ''

  const add = (text: string) => {
    unsent += text
  }

  async function flush(): Promise<void> {
    const text = unsent
    unsent = ''
    if (text !== '' && !gone.aborted) await new Promise(resolve => response.write(text, resolve))
  }

  async function until(ms: number): Promise<void> {
    const left = () => (gone.aborted ? 0 : began + ms - performance.now())
    if (left() > 0) await flush()
    for (let pause = left(); pause > 0; pause = left()) {
      if (withComments) response.write(': keep-alive\n\n')
      await sleep(withComments ? Math.min(pause, COMMENT_EVERY_MS) : pause, undefined, { signal: gone }).catch(() => {})
    }
  }

  function end(): 'sent' {
    response.end(unsent)
    return 'sent'
  }

  return { add, flush, until, end }
}
