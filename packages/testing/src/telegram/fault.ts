import type { ResponseParameters } from './refused.ts'

/** What goes wrong with one call. */
export type Fault =
  /** Answered so instead of being handled; `body` where something in between answers, such as a proxy's HTML. */
  | { status: number; description?: string; parameters?: ResponseParameters; body?: string }
  /** The connection ends before the call is handled, or after: then the message is there and its answer is lost. */
  | { drop: 'before' | 'after' }
  | { delayMs: number; when: 'before' | 'after' }
