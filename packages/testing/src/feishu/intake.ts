import { type FeishuApp, hex } from './apps.ts'
import type { Chats } from './chats.ts'
import type { createDelivery } from './delivery.ts'
import { envelope } from './event.ts'
import { type createWebhook, type SealOptions, seal } from './webhook.ts'
import type { EventHeader, FeishuEvent, Received } from './wire.ts'

export type PushOptions = { app?: FeishuApp; header?: Partial<EventHeader> }

export type DeliverOptions = SealOptions & {
  /** Whose event it is; default the app that the event names, or the first. */
  app?: FeishuApp
  /** How many times, all at once (1). */
  times?: number
  /** Added to the platform's own, or in their place. */
  headers?: Record<string, string>
  /** Where the posted body is cut into several TCP chunks: offsets in bytes. */
  splitAt?: readonly number[]
}

export type ChallengeOptions = { app?: FeishuApp; encrypted?: boolean; token?: string; challenge?: string }

type Deps = {
  apps: readonly [FeishuApp, ...FeishuApp[]]
  chats: Chats
  delivery: ReturnType<typeof createDelivery>
  webhook: ReturnType<typeof createWebhook>
}

/** What happens on the platform, on its way to the bot. */
export function createIntake({ apps, chats, delivery, webhook }: Deps) {
  const [first] = apps

  /** Queues an event of any type, for whichever way the app takes its events. */
  function push({ type, event }: { type: string; event: object }, { app = first, header }: PushOptions = {}) {
    const pushed: FeishuEvent = envelope(app, type, { ...event }, header)
    send(app, pushed)
    return pushed
  }

  function send(app: FeishuApp, event: FeishuEvent): void {
    remember(event, app)
    delivery.push(app, event)
  }

  /** Posts past every queue: an event, any other object, or bytes as they are; the statuses, 0 for no answer. */
  async function deliver(event: object | Buffer, options: DeliverOptions = {}): Promise<number[]> {
    const { times = 1, headers, splitAt, encrypted, sign } = options
    const app = options.app ?? addressee(event)
    const isRaw = Buffer.isBuffer(event)
    if (isEvent(event)) remember(event, app)
    const plain = isRaw ? event : JSON.stringify(event)
    // Bytes are the whole body unless it is asked otherwise.
    const isSealed = encrypted ?? (isRaw ? false : undefined)
    const how = { ...(isSealed === undefined ? {} : { encrypted: isSealed }), ...(sign ? { sign } : {}) }
    const posts = Array.from({ length: times }, () => {
      const sealed = seal(plain, app, how)
      const post = { body: sealed.body, headers: { ...sealed.headers, ...headers } }
      return webhook.raw({ ...post, ...(splitAt ? { splitAt } : {}) })
    })
    return (await Promise.allSettled(posts)).map(post => (post.status === 'fulfilled' ? post.value.status : 0))
  }

  const addressee = (event: object | Buffer): FeishuApp =>
    (isEvent(event) && apps.find(({ appId }) => appId === event.header.app_id)) || first

  /** Asks for the address to be proved. Status 0 for no answer within a second. */
  async function challenge(options: ChallengeOptions = {}): Promise<{ status: number; body: string }> {
    const { app = first, token = app.verificationToken, challenge: asked = hex(32), encrypted } = options
    return await webhook.challenge(app, asked, token, encrypted).catch(() => ({ status: 0, body: '' }))
  }

  /** What an event speaks of exists: its chat can be written to, its message answered. */
  function remember({ header, event }: FeishuEvent, app: FeishuApp): void {
    if (header.event_type !== 'im.message.receive_v1') return
    // The platform's shape, whoever made the event.
    const { message } = event as Partial<Received>
    if (message?.message_id !== undefined && message.chat_id !== undefined) chats.remember(message, app)
  }

  return { push, send, deliver, challenge }
}

const isEvent = (event: object): event is FeishuEvent => 'schema' in event && 'header' in event && 'event' in event
