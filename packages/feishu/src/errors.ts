import { Rejected, Unavailable } from '@waystation/domain'
import type { Answer } from '@waystation/http'
import { z } from 'zod'

/** The tenant token is not valid any more: a new one is to be asked for, once. */
export class TokenExpired extends Unavailable {
  override name = 'TokenExpired'
}

/** Feishu refuses the app as it is set up. Only an operator can help, so what waits is kept and tried now and then. */
export class AppRefused extends Unavailable {
  override name = 'AppRefused'
  /** Feishu's own number for it, which says more than any name of ours. */
  readonly code: string
  constructor(message: string, code: number) {
    super(message, APP_REFUSED_PAUSE_MS)
    this.code = `feishu_${code}`
  }
}

const APP_REFUSED_PAUSE_MS = 60_000
/** After a limit that names no reset: all limits of sending are counted by the second. */
const RATE_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 86_400_000

const failureSchema = z.object({ code: z.number(), msg: z.string().catch('') })

// The codes of open.feishu.cn/document/server-docs/api-call-guide/generic-error-code, …/im-v1/message/create and
// …/cardkit-v1.
const expired = new Set([99991663, 99991664, 99991665, 99991661, 99991671, 99991668, 99991677])
const limited = new Set([99991400, 230020, 11232, 230049])
const refusals: Record<number, string> = {
  10003: 'check FEISHU_APP_ID and FEISHU_APP_SECRET',
  10014: 'check FEISHU_APP_ID and FEISHU_APP_SECRET',
  10015: 'check FEISHU_APP_SECRET',
  99991401: 'this address is not on the app’s IP allow-list',
  99991403: 'the month’s quota of calls is spent',
  99991672: 'a permission is missing: see the scopes in docs/channels/feishu.md',
  99991679: 'a permission is missing: see the scopes in docs/channels/feishu.md',
  11205: 'turn on the app’s bot and publish a version',
  230006: 'turn on the app’s bot and publish a version',
  230027: 'a permission is missing: see the scopes in docs/channels/feishu.md',
}
const reasons: Record<number, string> = {
  230002: 'removed_from_chat',
  230013: 'out_of_range',
  230018: 'not_allowed_to_write',
  230019: 'thread_gone',
  230029: 'user_deactivated',
  230034: 'chat_not_found',
  230035: 'not_allowed_to_write',
  230053: 'blocked_by_user',
  232009: 'chat_not_found',
  230011: 'message_gone',
  230110: 'message_gone',
  99992354: 'message_gone',
  230071: 'no_threads',
  230072: 'no_threads',
  230022: 'sensitive',
  230028: 'sensitive',
  230001: 'bad_content',
  230025: 'too_long',
  230055: 'bad_content',
  230099: 'bad_card',
  300317: 'out_of_sequence',
}

/**
 * What an answer other than success means: `TokenExpired`, `AppRefused`, `Unavailable` with the platform's own delay
 * where it names one, or `Rejected` with a reason of the table above. An answer that is none of Feishu's, such as a
 * proxy's page, is `Unavailable` whatever its status.
 */
export function failureOf(call: string, { status, headers, body }: Answer): Error {
  const { data: failure } = failureSchema.safeParse(body)
  const { code = 0, msg = '' } = failure ?? {}
  if (status === 429 || limited.has(code))
    return new Unavailable(`${call}: too many requests`, resetMs(headers['x-ogw-ratelimit-reset']))
  if (!failure || code === 0 || status >= 500) return new Unavailable(`${call}: answered ${status}`)
  if (expired.has(code)) return new TokenExpired(`${call}: the token is not valid (${code})`)
  const cure = refusals[code]
  if (cure) return new AppRefused(`Feishu refuses ${call} (${code}): ${cure}`, code)
  return new Rejected(reasons[code] ?? subReason(msg) ?? (isCardCode(code) ? 'bad_card' : 'bad_request'))
}

/** CardKit's own: the card is gone, expired, too large, or was changed by somebody else. */
const isCardCode = (code: number): boolean => (code >= 200_000 && code < 201_000) || (code >= 300_000 && code < 301_000)

/** Of a card that cannot be made, the number inside the text says why: `ext=ErrCode: 11310; ErrMsg: …`. */
const subReason = (msg: string): string | undefined => (/\bErrCode: \d+/.test(msg) ? 'bad_card' : undefined)

/** Seconds until the limit is lifted. */
function resetMs(reset: string | string[] | undefined): number {
  const seconds = Number(reset)
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, LONGEST_PAUSE_MS) : RATE_PAUSE_MS
}
