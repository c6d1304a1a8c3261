/**
 * The signature or token is wrong. A gateway answers 401 and parses nothing. The message is for the operator: it names
 * the setting to check, and quotes nothing of what came. `reason` is a short snake_case word, fit for a metric's label.
 */
export class Unauthenticated extends Error {
  override name = 'Unauthenticated'
  readonly reason: string
  constructor(message: string, reason = 'unauthenticated') {
    super(message)
    this.reason = reason
  }
}

/**
 * Understood and refused, or it does not parse; asking again cannot help.
 * `reason` is a short snake_case word, fit for a metric's label; it never quotes what was refused.
 */
export class Rejected extends Error {
  override name = 'Rejected'
  readonly reason: string
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options)
    this.reason = reason
  }
}

/** Not now: ask again later, after `retryAfterMs` milliseconds where the other side named a time. */
export class Unavailable extends Error {
  override name = 'Unavailable'
  readonly retryAfterMs: number | undefined
  constructor(message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super(message, options)
    this.retryAfterMs = retryAfterMs
  }
}

/** No answer came to a request that went out: it may have been carried out, and repeating it may do it twice. */
export class Unanswered extends Unavailable {
  override name = 'Unanswered'
}

/** For the operator: what was not done, and the word for why where somebody else said it. */
export const hintOf = ({ message, cause }: Unavailable): string =>
  cause === undefined ? message : `${message} (${errorCode(cause)})`

/**
 * The word under which an error is counted and logged: `Rejected`'s reason, a system code, what Redis calls it (`OOM`,
 * `NOREPLICAS`), or its name.
 */
export function errorCode(error: unknown): string {
  if (error instanceof Rejected) return error.reason
  if (error instanceof Error && error.name === 'ReplyError')
    return /^[A-Z]+(?= )/.exec(error.message)?.[0] ?? error.name
  if (error instanceof Error) return 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return 'unknown'
}
