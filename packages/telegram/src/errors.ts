import { Rejected, Unavailable } from '@waystation/domain'
import { z } from 'zod'

/** Telegram refuses the bot token. Only an operator can help, so what waits is kept and tried again now and then. */
export class TokenRefused extends Unavailable {
  override name = 'TokenRefused'
  constructor() {
    super('Telegram refuses the bot token: check TELEGRAM_BOT_TOKEN', TOKEN_REFUSED_PAUSE_MS)
  }
}

/** A group became a supergroup: it is `chat` from now on. */
export class ChatMoved extends Rejected {
  override name = 'ChatMoved'
  readonly chat: number
  constructor(chat: number) {
    super('chat_moved')
    this.chat = chat
  }
}

const TOKEN_REFUSED_PAUSE_MS = 60_000
/** The server itself holds the answer to a second poller back for about 3 s. */
const CONFLICT_PAUSE_MS = 5_000

/** `{"ok":false,…}` of core.telegram.org/bots/api#making-requests. */
const failureSchema = z.object({
  ok: z.literal(false),
  error_code: z.number(),
  description: z.string(),
  parameters: z
    .object({
      retry_after: z.number().nonnegative().optional().catch(undefined),
      migrate_to_chat_id: z.number().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
})

/** The descriptions are no contract: they are the only thing by which one 400 or 403 differs from another. */
const reasons: [description: RegExp, reason: string][] = [
  [/message is not modified/i, 'not_modified'],
  [/can't parse entities/i, 'bad_entities'],
  [/message is too long|message_too_long/i, 'too_long'],
  [/message to edit not found|message can't be edited|message_id_invalid/i, 'message_gone'],
  [/bot was blocked/i, 'blocked_by_user'],
  [/user is deactivated/i, 'user_deactivated'],
  [/bot was kicked|not a member/i, 'removed_from_chat'],
  [/can't initiate conversation/i, 'never_started'],
  [/chat not found|peer_id_invalid/i, 'chat_not_found'],
  [/thread not found|topic_deleted|topic_closed/i, 'thread_gone'],
  [/rights to send|chat_write_forbidden/i, 'not_allowed_to_write'],
]

/**
 * What an answer other than success means: `TokenRefused`, `ChatMoved`, `Rejected` with a reason of the table above, or
 * `Unavailable`, with the platform's own delay where it names one. An answer that no Bot API server gives, such as a
 * proxy's page, is `Unavailable` whatever its status.
 */
export function failureOf(method: string, status: number, answer: unknown): Error {
  const { data: failure } = failureSchema.safeParse(answer)
  const code = failure?.error_code ?? status
  const { retry_after, migrate_to_chat_id } = failure?.parameters ?? {}
  if (code === 429) return new Unavailable(`${method}: too many requests`, pauseMs(retry_after))
  if (!failure || code >= 500) return new Unavailable(`${method}: answered ${status}`)
  // A token of the wrong shape is not even looked up: 404 "Not Found". That of an unknown method says more.
  if (code === 401 || (code === 404 && failure.description === 'Not Found')) return new TokenRefused()
  if (code === 409) return new Unavailable(`${method}: a webhook or another poller`, CONFLICT_PAUSE_MS)
  if (migrate_to_chat_id !== undefined) return new ChatMoved(migrate_to_chat_id)
  const reason = reasons.find(([description]) => description.test(failure.description))?.[1]
  return new Rejected(reason ?? (code === 403 ? 'forbidden' : 'bad_request'))
}

/** Timers hold no more than 24 days; a bot that is told to be silent for more than one has other worries. */
const pauseMs = (seconds = 0): number | undefined => (seconds > 0 ? Math.min(seconds, 86_400) * 1000 : undefined)
