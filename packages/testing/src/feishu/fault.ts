/** What goes wrong with one call. */
export type Fault =
  /** Answered so instead of being handled. `status` is 429 for 99991400 and 400 for the rest, unless it is given. */
  | { code: number; status?: number; msg?: string; headers?: Record<string, string> }
  /** Something in between answers, such as a proxy's HTML. */
  | { body: string; status: number }
  /** The connection ends before the call is handled, or after: then the message is there and its answer is lost. */
  | { drop: 'before' | 'after' }
  | { delayMs: number; when: 'before' | 'after' }
