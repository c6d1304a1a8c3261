import { hintOf, Rejected, Unauthenticated, Unavailable } from '@waystation/domain'
import type { Events } from '@waystation/telemetry'
import type { Context, Next } from 'koa'

/** Why our own API says no, for whoever writes against it. The page has words of its own. */
const messages: Record<string, string> = {
  bad_message: 'Send {"id": a UUID, "text": a string}.',
  bad_text: 'The text holds half a character or U+0000.',
  body_too_large: 'The request is too large.',
  empty_text: 'The text is empty.',
  internal: 'This is our fault.',
  not_allowed: 'You may not use this assistant.',
  not_json: 'The request is not JSON in UTF-8.',
  too_long: 'The text is longer than 16,000 characters.',
  too_many_streams: 'This conversation is open in too many places.',
  unauthenticated: 'Open the page first: it brings the session.',
  unavailable: 'Not now. Try again soon.',
}

const statuses: Record<string, number> = { body_too_large: 413, not_allowed: 403, too_many_streams: 429 }

/** Answers every fault of the API with its status and `{ error, message }`, and counts it. */
export function refuseWithReason(events: Events) {
  return async (context: Context, next: Next): Promise<void> => {
    try {
      await next()
    } catch (error) {
      const { status, reason, hint } = describe(error)
      if (reason === 'internal') events.failed('gateway.web', error)
      // What is not allowed was already counted where it was decided.
      else if (reason !== 'not_allowed') events.rejected({ channel: 'web', reason, ...(hint ? { hint } : {}) })
      if (status === 503) context.set('Retry-After', '1')
      context.status = status
      context.body = { error: reason, message: messages[reason] }
    }
  }
}

function describe(error: unknown): { status: number; reason: string; hint?: string } {
  if (error instanceof Unauthenticated) return { status: 401, reason: 'unauthenticated' }
  if (error instanceof Unavailable) return { status: 503, reason: 'unavailable', hint: hintOf(error) }
  if (error instanceof Rejected) return { status: statuses[error.reason] ?? 400, reason: error.reason }
  return { status: 500, reason: 'internal' }
}
