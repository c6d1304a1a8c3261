import { type FeishuApp, has, hex, hexOf } from './apps.ts'
import { type ChatState, idsOf, type Person, type StoredMessage } from './chats.ts'
import type { EventHeader, FeishuEvent, Mention, Message, MessageEvent, UserId } from './wire.ts'

/** Callbacks of cards are stamped in microseconds, the events of the im API in milliseconds. */
const inMicroseconds = new Set(['card.action.trigger'])

const USER_AGENT =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Lark/7.30.4 LarkLocale/zh_CN ttnet SDK-Version/7.30.5'

/** Any event, in the envelope of version 2.0. */
export function envelope<Body extends object>(
  app: FeishuApp,
  type: string,
  event: Body,
  header: Partial<EventHeader> = {},
): FeishuEvent<Body> {
  const now = String(Date.now())
  return {
    schema: '2.0',
    header: {
      event_id: hex(32),
      event_type: type,
      create_time: inMicroseconds.has(type) ? `${now}000` : now,
      token: app.verificationToken,
      app_id: app.appId,
      tenant_key: app.tenantKey,
      ...header,
    },
    event,
  }
}

/** What an app sees of a person: `user_id` has a scope of its own. */
export function userIdOf(person: Person, app: FeishuApp): UserId {
  const { user_id, ...ids } = idsOf(person, app)
  return has(app, 'contact:user.employee_id:readonly') ? { ...ids, user_id } : ids
}

type Written = { message: StoredMessage; from: Person; senderType: string; type: string; content: string }

/** im.message.receive_v1 as one app sees it. */
export function messageEvent(app: FeishuApp, written: Written, mentions: readonly Mention[]): MessageEvent {
  const { message, from, senderType, type, content } = written
  const at = String(message.createdAt)
  return envelope(app, 'im.message.receive_v1', {
    sender: { sender_id: userIdOf(from, app), sender_type: senderType, tenant_key: app.tenantKey },
    message: {
      message_id: message.id,
      ...placeOf(message),
      create_time: at,
      update_time: at,
      chat_id: message.chat.id,
      ...(message.thread === undefined ? {} : { thread_id: message.thread }),
      chat_type: message.chat.type,
      message_type: type,
      content,
      ...(mentions.length > 0 ? { mentions: [...mentions] } : {}),
      ...(has(app, 'im:user_agent:read') ? { user_agent: USER_AGENT } : {}),
    },
  })
}

const placeOf = ({ root, parent }: StoredMessage): Pick<Message, 'root_id' | 'parent_id'> =>
  root === undefined || parent === undefined ? {} : { root_id: root, parent_id: parent }

/** Whether the platform tells an app of a message: each kind has its scope. */
export function isTold(app: FeishuApp, chat: ChatState, isMentioned: boolean): boolean {
  if (chat.type === 'p2p') return has(app, 'im:message.p2p_msg:readonly', 'im:message.p2p_msg')
  if (has(app, 'im:message.group_msg', 'im:message.group_msg:readonly')) return true
  return isMentioned && has(app, 'im:message.group_at_msg:readonly', 'im:message.group_at_msg')
}

export type EventOptions = {
  text: string
  /** The event's, 32 hex digits; default made of the message's. */
  eventId?: string
  messageId?: string
  chat?: string
  chatType?: 'p2p' | 'group'
  thread?: string
  /** The sender's open_id. */
  from?: string
  mentions?: Mention[]
  /** ms since 1970; default now. */
  at?: number
}

/** An event with one text message, for `deliver`; the same arguments give the same event. */
export function feishuEvent(app: FeishuApp, options: EventOptions): MessageEvent {
  const { text, messageId = `om_${hexOf('message')}`, chat = `oc_${hexOf('chat')}`, thread, mentions } = options
  const at = String(options.at ?? Date.now())
  const open_id = options.from ?? `ou_${hexOf('person')}`
  const sender_id = { union_id: `on_${hexOf(open_id)}`, open_id }
  const header = { event_id: options.eventId ?? hexOf(messageId), create_time: at }
  const event = {
    sender: { sender_id, sender_type: 'user', tenant_key: app.tenantKey },
    message: {
      message_id: messageId,
      create_time: at,
      update_time: at,
      chat_id: chat,
      ...(thread === undefined ? {} : { thread_id: thread }),
      chat_type: options.chatType ?? 'p2p',
      message_type: 'text',
      content: JSON.stringify({ text }),
      ...(mentions ? { mentions } : {}),
    },
  }
  return envelope(app, 'im.message.receive_v1', event, header)
}
