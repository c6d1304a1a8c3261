import { Rejected, Unavailable } from '@waystation/domain'
import { APIConnectionError, APIError } from 'openai'
import { EmptyAnswer } from './chunks.ts'

/** What only an operator can mend at an endpoint: nobody is sent there for a while. */
const forGood = new Set(['model_quota_spent', 'model_refuses_key', 'model_unknown'])

export const isForGood = (error: unknown): boolean => error instanceof Rejected && forGood.has(error.reason)

/** The endpoint could not be asked, or could not answer; a refused request, or one without an answer, says nothing of it. */
export const isItsFault = (error: unknown): boolean =>
  !(error instanceof Rejected || error instanceof EmptyAnswer) || isForGood(error)

/**
 * 429 and 5xx pass; a wrong key, an empty account, an unknown model or a request that is refused does not. Source: the
 * client's error classes, and each server's own words for the same, as noted below.
 */
export function translate(error: unknown): unknown {
  if (error instanceof APIConnectionError)
    return new Unavailable('the model cannot be reached', undefined, { cause: error })
  if (!(error instanceof APIError) || error.status === undefined) return error
  const { status, headers } = error
  if (isQuotaSpent(error)) return new Rejected('model_quota_spent', { cause: error })
  if (status === 429 || status === 408 || status === 409 || status >= 500)
    return new Unavailable(`the model answered ${status}`, retryAfterMs(headers), { cause: error })
  if (status === 401 || status === 403) return new Rejected('model_refuses_key', { cause: error })
  if (isModelUnknown(error)) return new Rejected('model_unknown', { cause: error })
  return new Rejected('model_refuses_request', { cause: error })
}

/**
 * OpenAI's code, with 429; DeepSeek's status; Moonshot's type, with 429 and no code (platform.moonshot.ai/docs/api/errors);
 * Qwen's code, with 400 (Model Studio's list of error codes).
 */
const isQuotaSpent = ({ status, code, type }: APIError): boolean =>
  status === 402 || code === 'insufficient_quota' || type === 'exceeded_current_quota_error' || code === 'Arrearage'

/** DeepSeek answers 400, and tells it from other mistakes in words alone. */
const isModelUnknown = ({ status, code, message }: APIError): boolean =>
  status === 404 || code === 'model_not_found' || (status === 400 && message.includes('Model Not Exist'))

/** `retry-after` in seconds; its other form, a date, is rare enough to be left to our own backoff. */
function retryAfterMs(headers: Headers | undefined): number | undefined {
  const seconds = Number(headers?.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}
