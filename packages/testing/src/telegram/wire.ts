/** The shapes of the Bot API (core.telegram.org/bots/api) that the simulator speaks. `undefined` is left out on the wire. */

export type User = {
  id: number
  is_bot: boolean
  first_name: string
  username?: string | undefined
  language_code?: string | undefined
}

export type Chat = {
  id: number
  type: 'private' | 'group' | 'supergroup' | 'channel'
  title?: string | undefined
  first_name?: string | undefined
  username?: string | undefined
  is_forum?: true | undefined
}

/** `offset` and `length` count UTF-16 code units. */
export type Entity = {
  type: string
  offset: number
  length: number
  url?: string | undefined
  user?: User | undefined
  language?: string | undefined
  custom_emoji_id?: string | undefined
}

export type Message = {
  message_id: number
  date: number
  chat: Chat
  from?: User | undefined
  message_thread_id?: number | undefined
  is_topic_message?: true | undefined
  text?: string | undefined
  entities?: Entity[] | undefined
  edit_date?: number | undefined
  reply_to_message?: Message | undefined
  [field: string]: unknown
}

export type Update = { update_id: number; message?: Message; edited_message?: Message; [kind: string]: unknown }
