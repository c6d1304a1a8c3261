import { Rejected } from './errors.ts'

/** Where people write. A new one is one package and one gateway. */
export type Channel = 'feishu' | 'telegram' | 'web'

/** `<channel>.<bot>.<chat>[.<thread>]`: a chat or thread with one bot. Bots never share a conversation. */
export type ConversationId = `${Channel}.${string}.${string}`

export type Conversation = { channel: Channel; bot: string; chat: string; thread?: string }

const idPattern = /^(feishu|telegram|web)\.([\w-]+)\.([\w-]+)(?:\.([\w-]+))?$/

export const isConversationId = (id: string): id is ConversationId => id.length <= 256 && idPattern.test(id)

/** Throws `Rejected` for a part with characters outside `[A-Za-z0-9_-]`, which no platform's ids have. */
export function conversationId({ channel, bot, chat, thread }: Conversation): ConversationId {
  const id = [channel, bot, chat, ...(thread === undefined ? [] : [thread])].join('.')
  if (!isConversationId(id)) throw new Rejected('bad_conversation_id')
  return id
}

export function conversationOf(id: ConversationId): Conversation {
  const [, channel, bot, chat, thread] = idPattern.exec(id) ?? []
  if (!channel || !bot || !chat) throw new Rejected('bad_conversation_id')
  // The pattern admits only the names of channels.
  return { channel: channel as Channel, bot, chat, ...(thread === undefined ? {} : { thread }) }
}
