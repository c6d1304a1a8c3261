import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { send } from '../http.ts'
import type { Manner, ModelFault } from './behaviour.ts'
import { type Completion, completionOf, wholeBody } from './completion.ts'
import type { Dialect } from './dialects.ts'
import { eventsOf, sse } from './events.ts'
import { loading } from './probes.ts'
import { type CompletionRequest, ModelRefused } from './request.ts'
import { createPacedWriter } from './writer.ts'

type Deps = {
  wanted: CompletionRequest
  /** What the model says. */
  text: string
  manner: Manner
  dialect: Dialect
  fault: ModelFault | undefined
  response: ServerResponse
  /** Aborts when the client goes away. */
  gone: AbortSignal
}

/** Writes one answer in its time, well or with its fault. `cut`: the caller is to end the connection. */
export async function answerWith({ manner: usual, ...deps }: Deps): Promise<'sent' | 'cut'> {
  const { wanted, text, dialect, fault, response, gone } = deps
  const manner = fault?.kind === 'manner' ? { ...usual, ...fault } : usual
  if (fault) throwRefusal(fault, dialect)
  if (fault?.kind === 'html') {
    send(response, 200, 'text/html', '<html><body>Welcome to nginx!</body></html>')
    return 'sent'
  }
  const completion = completionOf(wanted, text, manner)
  if (fault?.kind === 'no_finish_reason') completion.finishReason = null
  if (fault?.kind === 'hold' && fault.afterChunks === undefined) return await hold(gone)
  const out = createPacedWriter(response, keepAliveOf(wanted, manner), gone)
  const answering = { ...deps, manner, completion, out }
  return wanted.stream ? await stream(answering) : await whole(answering)
}

function throwRefusal(fault: ModelFault, { refusals }: Dialect): void {
  if (fault.kind === 'loading') throw new ModelRefused(503, loading)
  if (fault.kind === 'insufficient_quota') throw refusals.quotaSpent()
  if (fault.kind !== 'status') return
  const [message, type, code] =
    fault.status === 429
      ? ['Rate limit reached for requests', 'requests', 'rate_limit_exceeded']
      : ['The server had an error while processing your request', 'server_error', null]
  throw new ModelRefused(fault.status, { message, type, param: null, code }, fault.retryAfterSeconds)
}

/** What is sent while nothing else comes. */
function keepAliveOf({ stream }: CompletionRequest, { keepAliveComments, keepAliveBlankLines }: Manner): string {
  return `${stream && keepAliveComments ? ': keep-alive\n\n' : ''}${keepAliveBlankLines ? '\n' : ''}`
}

type Answering = Deps & { completion: Completion; out: ReturnType<typeof createPacedWriter> }

/** Headers come with the first token, as most local servers do it. */
async function stream(answering: Answering): Promise<'sent' | 'cut'> {
  const { wanted, manner, dialect, fault, response, gone, completion, out } = answering
  const { prelude, opening, pieces, ending } = eventsOf(completion, wanted, manner, dialect.wire)
  const stopAt = fault && 'afterChunks' in fault ? (fault.afterChunks ?? Infinity) : Infinity
  const pauseMs = Math.max(manner.durationMs - manner.firstTokenMs, 0) / Math.max(pieces.length, 1)
  response.setHeader('content-type', 'text/event-stream')
  out.add(prelude)
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
  response.setHeader('content-type', 'application/json')
  await out.until(manner.durationMs)
  if (fault?.kind === 'hold') return await hold(gone)
  const body = fault?.kind === 'error_event' ? JSON.stringify({ error: brokenInside }) : wholeBody(completion)
  if (!response.headersSent) response.setHeader('content-length', Buffer.byteLength(body))
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
