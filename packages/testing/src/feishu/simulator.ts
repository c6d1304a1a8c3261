import { createFaults, type FaultOptions } from '../faults.ts'
import { listen } from '../http.ts'
import { createApi } from './api.ts'
import { createApp, type FeishuApp, type FeishuAppOptions, hex, scopesOf } from './apps.ts'
import { createAttempt } from './attempt.ts'
import { createCardKit } from './cards.ts'
import { createChats } from './chats.ts'
import { type ConnectionOptions, startConnections } from './connections.ts'
import { createDelivery } from './delivery.ts'
import type { Endpoint, EndpointName, OpenEndpoint } from './endpoint.ts'
import type { Fault } from './fault.ts'
import { type ChallengeOptions, createIntake, type DeliverOptions, type PushOptions } from './intake.ts'
import { appEndpoints } from './itself.ts'
import { createLimits, type EarlyCall, type FeishuLimits } from './limits.ts'
import { messageEndpoints } from './messages.ts'
import { createPeople } from './people.ts'
import { createPress, type PressAnswer } from './press.ts'
import { reactionEndpoints } from './reactions.ts'
import { createRecords, type FeishuCard, type Records, type SentFeishuMessage, textsOf } from './records.ts'
import { createTokens } from './tokens.ts'
import { createWebhook } from './webhook.ts'
import { createWebhookClient, type Front } from './webhook-client.ts'
import type { FeishuEvent } from './wire.ts'

export type FeishuOptions = {
  /** The apps installed in the tenant; default one. */
  apps?: readonly FeishuAppOptions[]
  /** `platformLimits` are the real ones (none). */
  limits?: FeishuLimits
  /** Multiplies the waits between pushes of an event (1). */
  retryFactor?: number
  /** How long a tenant token lives (7200). */
  tokenSeconds?: number
  /** How long a card takes streamed text after it was switched on (600 000). */
  streamingLifeMs?: number
  /** What the long connection's clients are told. */
  connection?: ConnectionOptions
  /** Called with every message at the moment it appears in its chat. */
  onSent?: (message: SentFeishuMessage) => void
  /** Called with a card entity and its message when that appears, and after every change of the card. */
  onCard?: (message: SentFeishuMessage, card: FeishuCard) => void
}

export type FeishuSimulator = AsyncDisposable &
  Readonly<Records> &
  ReturnType<typeof createPeople> & {
    /** `http://127.0.0.1:<port>` */
    baseUrl: string
    /** The first one. */
    app: FeishuApp
    apps: readonly FeishuApp[]
    earlyCalls: readonly EarlyCall[]
    /** What people read in a chat or topic now, in order; of a card its texts. */
    texts(chat: string | { id: string; thread?: string }): string[]
    /** Queues an event of any type, in the envelope of version 2.0. */
    push(event: { type: string; event: object }, options?: PushOptions): FeishuEvent
    /** Posts an event, any other object, or bytes, straight to the webhook; the statuses, 0 for no answer. */
    deliver(event: object | Buffer, options?: DeliverOptions): Promise<number[]>
    /** Asks the webhook for its challenge (`url_verification`). */
    challenge(options?: ChallengeOptions): Promise<{ status: number; body: string }>
    /** Someone presses a button, named by its label or its value; what the bot answered. */
    press(messageId: string, button: unknown, options?: { from?: string }): Promise<PressAnswer>
    /** The next calls of an endpoint go wrong. The function returned ends it. */
    fault(endpoint: EndpointName, fault: Fault, options?: FaultOptions<string>): () => void
    /** Addresses that take turns in receiving `POST /webhooks/feishu`. */
    setFront(addresses: readonly string[]): void
    /** A card entity's fourteen days are over. */
    expireCard(cardId: string): void
    /** Every long connection breaks. */
    cutConnections(): void
    /** How many long connections there are, of one app or of all. */
    connections(appId?: string): number
    /** What is not finished: events nobody took yet, and calls under way. */
    unfinished(): { events: number; calls: number }
  }

/** The Feishu open platform for one tenant, on free ports of this machine, with the people who write to its bots. */
export async function startFeishu(options: FeishuOptions = {}): Promise<FeishuSimulator> {
  const { retryFactor = 1, tokenSeconds = 7200, streamingLifeMs = 10 * 60 * 1000, onSent, onCard } = options
  const tenantKey = hex(16)
  const [first = createApp({}, tenantKey), ...others] = (options.apps ?? []).map(app => createApp(app, tenantKey))
  const apps = [first, ...others] as const
  const records = createRecords()
  const chats = createChats()
  const faults = createFaults<Fault, string>()
  const limits = createLimits(options.limits ?? {})
  const tokens = createTokens(apps, tokenSeconds)
  const front: Front = { addresses: [] }

  const webhook = createWebhook(createWebhookClient(front))
  const connections = await startConnections(apps, options.connection ?? {})
  const attempt = createAttempt({ records, webhook, connections })
  const delivery = createDelivery({
    retryFactor,
    attempt: async ({ app, event, attempt: count }) => (await attempt(app, event, count)).status === 200,
  })
  const { push, send, deliver, challenge } = createIntake({ apps, chats, delivery, webhook })

  const cardKit = createCardKit({ records, streamingLifeMs, onCard })
  const token: OpenEndpoint = { open: ({ app_id, app_secret }) => tokens.issue(app_id, app_secret) }
  const bot: Endpoint = { run: ({ app }) => ({ bot: botOf(app) }), isBare: true }
  const endpoints = {
    token,
    bot,
    scopes: { run: ({ app }) => ({ scopes: scopesOf(app) }) },
    ...appEndpoints,
    wsEndpoint: { open: connections.endpoint },
    ...messageEndpoints({ chats, cardKit, records, ...(onSent ? { onSent } : {}) }),
    ...reactionEndpoints({ chats, records }),
    ...cardKit.endpoints,
  } satisfies Record<EndpointName, Endpoint | OpenEndpoint>
  const api = createApi({ apps, endpoints, tokens, faults, limits, records })
  const server = await listen(api.listener)

  async function stop(): Promise<void> {
    delivery.stop()
    await Promise.all([webhook.close(), connections.close(), server.close()])
  }

  return {
    ...records,
    ...createPeople({ apps, chats, push: send }),
    baseUrl: server.origin,
    app: first,
    apps,
    earlyCalls: limits.earlyCalls,
    texts: chat => textsOf(records.sent, typeof chat === 'string' ? { id: chat } : chat),
    push,
    deliver,
    challenge,
    press: createPress({ apps, chats, cardKit, attempt }),
    fault: faults.plan,
    setFront: addresses => {
      front.addresses = addresses
    },
    expireCard: cardKit.expire,
    cutConnections: connections.cut,
    connections: connections.count,
    unfinished: () => ({ events: delivery.unfinished(), calls: api.active() }),
    [Symbol.asyncDispose]: stop,
  }
}

const botOf = ({ name, openId }: FeishuApp): object => ({
  activate_status: 2,
  app_name: name,
  avatar_url: 'https://example.test/avatar.png',
  ip_white_list: [],
  open_id: openId,
})
