import { badRequest, Refused } from './refused.ts'
import { nowInSeconds } from './update.ts'
import type { Chat, Message } from './wire.ts'

/** Everything the platform knows about one chat. */
export type ChatState = {
  info: Chat
  lastMessageId: number
  /** What people and the bot wrote and what was not deleted, by message id. */
  messages: Map<number, Message>
  /** Message ids of the topics that exist. */
  topics: Set<number>
  /** The bot was blocked or kicked. */
  shut: boolean
  /** The supergroup that the group became. */
  migratedTo?: number
}

export type Chats = ReturnType<typeof createChats>

export function createChats() {
  const chats = new Map<number, ChatState>()

  /** Makes a chat known; a known one stays as it is. */
  function open(info: Chat): ChatState {
    const known = chats.get(info.id)
    if (known) return known
    const chat: ChatState = { info, lastMessageId: 0, messages: new Map(), topics: new Set(), shut: false }
    chats.set(info.id, chat)
    return chat
  }

  /** Where the bot may write. Throws `Refused` with the platform's words. */
  function writable(id: number | undefined): ChatState {
    if (id === undefined) throw badRequest('chat_id is empty')
    const chat = chats.get(id)
    if (!chat) throw badRequest('chat not found')
    if (chat.migratedTo !== undefined)
      throw new Refused(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
        migrate_to_chat_id: chat.migratedTo,
      })
    if (chat.shut) throw new Refused(403, `Forbidden: ${shutReason(chat.info)}`)
    return chat
  }

  /** Writes a message into a chat, under its next id. */
  function write(chat: ChatState, content: Omit<Message, 'message_id' | 'date' | 'chat'>): Message {
    const message: Message = {
      message_id: ++chat.lastMessageId,
      date: nowInSeconds(),
      chat: chat.info,
      ...content,
    }
    chat.messages.set(message.message_id, message)
    return message
  }

  /** A message that came about elsewhere, such as in a test's own update. */
  function remember(message: Message): void {
    const chat = open(message.chat)
    chat.messages.set(message.message_id, message)
    chat.lastMessageId = Math.max(chat.lastMessageId, message.message_id)
    if (message.is_topic_message && message.message_thread_id !== undefined) chat.topics.add(message.message_thread_id)
  }

  return { open, writable, write, remember }
}

function shutReason({ type }: Chat): string {
  return type === 'private' ? 'bot was blocked by the user' : `bot was kicked from the ${type} chat`
}
