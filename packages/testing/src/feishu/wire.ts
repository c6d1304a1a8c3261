/** The shapes in which Feishu tells of what happened (open.feishu.cn, "event overview"). */

export type EventHeader = {
  event_id: string
  event_type: string
  /** Milliseconds in most events, microseconds in the callbacks of cards. */
  create_time: string
  /** The Verification Token; empty over a long connection. */
  token: string
  app_id: string
  tenant_key: string
}

export type FeishuEvent<Body extends object = Record<string, unknown>> = {
  schema: '2.0'
  header: EventHeader
  event: Body
}

/** `open_id` is one person's for one app; `user_id` is only there with a scope of its own. */
export type UserId = { union_id: string; user_id?: string; open_id: string }

export type Mention = {
  /** What stands for it in the text: `@_user_1`. */
  key: string
  id: UserId
  mentioned_type: 'user' | 'bot'
  name: string
  tenant_key: string
}

export type Message = {
  message_id: string
  root_id?: string
  parent_id?: string
  create_time: string
  update_time: string
  chat_id: string
  thread_id?: string
  chat_type: 'p2p' | 'group'
  message_type: string
  /** JSON; its shape depends on `message_type`. */
  content: string
  mentions?: Mention[]
  user_agent?: string
}

export type Received = {
  sender: { sender_id: UserId; sender_type: string; tenant_key: string }
  message: Message
}

/** im.message.receive_v1 */
export type MessageEvent = FeishuEvent<Received>
