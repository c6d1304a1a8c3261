import { randomBytes } from 'node:crypto'
import { createFaults, type FaultOptions } from '../faults.ts'
import { listen } from '../http.ts'
import { createApi, type Method } from './api.ts'
import { createChats } from './chats.ts'
import type { Fault } from './fault.ts'
import { createFlood, type EarlyCall, type FloodLimits } from './flood.ts'
import { createIntake, type DeliverOptions } from './intake.ts'
import { messageMethods } from './messages.ts'
import type { Params } from './params.ts'
import { createPending } from './pending.ts'
import { createPeople } from './people.ts'
import { createPolling } from './polling.ts'
import { presenceMethods } from './presence.ts'
import { createRecords, type Draft, type Records, type SentMessage, textsOf } from './records.ts'
import { createWebhook } from './webhook.ts'
import type { Front } from './webhook-client.ts'
import type { Update, User } from './wire.ts'

export type TelegramOptions = {
  bot?: { id: number; username: string }
  flood?: FloodLimits
  /** Multiplies the waits between attempts at the webhook (1). */
  retryFactor?: number
  /** Called with every message at the moment it appears in its chat. */
  onSent?: (message: SentMessage) => void
  /** Called with every preview at the moment it is on the screen. */
  onDraft?: (draft: Draft) => void
}

export type TelegramSimulator = AsyncDisposable &
  Readonly<Records> &
  ReturnType<typeof createPeople> & {
    apiRoot: string
    token: string
    bot: { id: number; username: string }
    earlyCalls: readonly EarlyCall[]
    /** What people read in a chat or topic now, in order. */
    texts(chat: number | { id: number; thread?: number }): string[]
    /** Queues an update of any kind, such as `{ callback_query: {…} }`. */
    push(fields: Omit<Update, 'update_id'>): Update
    /** Posts an update, or any bytes, straight to the webhook; the statuses, 0 for no answer. */
    deliver(update: Update | Buffer, options?: DeliverOptions): Promise<number[]>
    /** The next calls of a method go wrong. The function returned ends it. */
    fault(method: string, fault: Fault, options?: FaultOptions<number>): () => void
    /** Addresses that take turns in receiving what is posted to the webhook, whatever its URL's host is. */
    setFront(addresses: readonly string[]): void
    /** What is not finished: updates nobody took, and calls under way (a waiting poll is none). */
    unfinished(): { updates: number; calls: number }
  }

/** The Telegram Bot API for one bot, on a free port of this machine, with the people who write to it. */
export async function startTelegram(options: TelegramOptions = {}): Promise<TelegramSimulator> {
  const { id, username } = options.bot ?? { id: 7_000_001, username: 'waystation_bot' }
  const bot: User = { id, is_bot: true, first_name: 'Waystation', username }
  const token = `${id}:${randomBytes(24).toString('base64url')}`
  const records = createRecords()
  const chats = createChats()
  const pending = createPending()
  const faults = createFaults<Fault, number>()
  const flood = createFlood(options.flood ?? {})
  const front: Front = { addresses: [] }

  const presence = presenceMethods({ chats, records, onDraft: options.onDraft })
  const appear = (sent: SentMessage) => {
    presence.hideDraft(sent.chat, sent.at)
    options.onSent?.(sent)
  }
  const messages = messageMethods({ bot, chats, records, onSent: appear })
  const webhook = createWebhook({
    pending,
    records,
    front,
    retryFactor: options.retryFactor ?? 1,
    execute: (method, params) => api.execute(method, params),
  })
  const polling = createPolling({ pending, isWebhookSet: webhook.isSet })
  const { rememberCallbackQuery } = presence
  const { push, deliver } = createIntake({ chats, pending, webhook, polling, rememberCallbackQuery })
  const getMe: Method = () => ({
    ...bot,
    can_join_groups: true,
    can_read_all_group_messages: true,
    supports_inline_queries: false,
  })
  const setWebhook = async (params: Params) => {
    const done = await webhook.methods.setWebhook(params)
    if (webhook.isSet()) polling.end('terminated by setWebhook request')
    return done
  }
  const methods = { getMe, ...messages, ...presence.methods, ...webhook.methods, ...polling.methods, setWebhook }
  const api = createApi({ token, methods, faults, flood, records })
  const server = await listen(api.listener)

  async function stop(): Promise<void> {
    polling.end('terminated by the end of the simulator')
    await webhook.close()
    await server.close()
  }

  return {
    ...records,
    ...createPeople({ bot, chats, push }),
    apiRoot: server.origin,
    token,
    bot: { id, username },
    earlyCalls: flood.earlyCalls,
    texts: chat => textsOf(records.sent, typeof chat === 'number' ? { id: chat } : chat),
    push,
    deliver,
    fault: (method, fault, options) => faults.plan(method.toLowerCase(), fault, options),
    setFront: addresses => {
      front.addresses = addresses
    },
    unfinished: () => ({ updates: pending.updates.size, calls: api.active() - polling.waiting() }),
    [Symbol.asyncDispose]: stop,
  }
}
