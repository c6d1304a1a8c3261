import { randomUUID } from 'node:crypto'

/** Names one message on all its road: 32 hex digits, as the W3C's trace context has it. */
export const newTraceId = (): string => randomUUID().replaceAll('-', '')
