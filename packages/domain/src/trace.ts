import { randomUUID } from 'node:crypto'
import type { RawRequest } from './ports.ts'

/** Names one message on all its road: 32 hex digits, as the W3C's trace context has it. */
export const newTraceId = (): string => randomUUID().replaceAll('-', '')

/**
 * The trace id of all that a request brings: its `X-Request-Id`, which our nginx makes anew for each request and notes in
 * its access log, or a new one. Without nginx in front a client may name its own; in this shape that is only an id in logs.
 * All zeros are none.
 */
export const traceIdOf = ({ headers }: RawRequest): string => {
  const id = headers['x-request-id']
  return typeof id === 'string' && /^(?!0{32})[\da-f]{32}$/.test(id) ? id : newTraceId()
}
