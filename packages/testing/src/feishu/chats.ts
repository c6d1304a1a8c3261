import { type FeishuApp, hex, hexOf } from './apps.ts'
import type { Content } from './content.ts'
import type { SentFeishuMessage } from './records.ts'
import { invalid, RECALLED, Refused } from './refused.ts'
import type { Message, UserId } from './wire.ts'

/** A person, or a bot as others see it. */
export type Person = { unionId: string; userId: string; name: string; openIds: Map<string, string> }

/** Everything the platform knows about one chat. */
export type ChatState = {
  id: string
  type: 'p2p' | 'group'
  name: string
  /** The bots in it, by app id. */
  bots: Set<string>
  /** A direct chat's person, who may have stopped the bot. */
  person?: Person
  isStopped: boolean
  takesThreads: boolean
}

export type StoredMessage = {
  id: string
  chat: ChatState
  /** Missing: a person's. */
  app?: string
  root?: string
  parent?: string
  thread?: string
  createdAt: number
  recalledAt?: number
  /** Only a bot's have these. */
  content?: Content
  sent?: SentFeishuMessage
}

export type Place = { root?: string; parent?: string; thread?: string }

export type Chats = ReturnType<typeof createChats>

export function createChats() {
  const chats = new Map<string, ChatState>()
  const messages = new Map<string, StoredMessage>()
  const people: Person[] = []
  const directs = new Map<string, ChatState>()

  function open(fields: Partial<ChatState> & { type: ChatState['type'] }): ChatState {
    const chat: ChatState = {
      id: `oc_${hex(32)}`,
      name: '',
      bots: new Set(),
      isStopped: false,
      takesThreads: true,
      ...fields,
    }
    chats.set(chat.id, chat)
    return chat
  }

  /** Where the app's bot may write. Throws `Refused`. */
  function writable(chat: ChatState, app: FeishuApp): ChatState {
    if (!chat.bots.has(app.appId)) throw new Refused(230002, 'Bot/User can NOT be out of the chat.')
    if (chat.isStopped) throw new Refused(230053, 'The user has stopped the bot from sending messages.')
    return chat
  }

  /** Whom a message is for; the direct chat with a person comes about when first written to. */
  function receiver(type: string, id: string, app: FeishuApp): ChatState | undefined {
    if (type === 'chat_id') return chats.get(id)
    const person = people.find(known => {
      const ids: Record<string, string> = idsOf(known, app)
      return ids[type] === id
    })
    return person && direct(person, app)
  }

  function direct(person: Person, app: FeishuApp): ChatState {
    const key = `${person.unionId} ${app.appId}`
    const chat = directs.get(key) ?? open({ type: 'p2p', person, bots: new Set([app.appId]) })
    directs.set(key, chat)
    return chat
  }

  /** The person with this open_id for the app; a new one where none has it, or none is asked for. */
  function person(app: FeishuApp, openId?: string, name = 'Person'): Person {
    const known = openId === undefined ? undefined : people.find(other => openIdOf(other, app) === openId)
    if (known) return known
    const made = makePerson(app, openId, name)
    people.push(made)
    return made
  }

  function write(chat: ChatState, fields: Partial<StoredMessage>): StoredMessage {
    const message: StoredMessage = { id: `om_${hex(32)}`, chat, createdAt: Date.now(), ...fields }
    messages.set(message.id, message)
    return message
  }

  /** A message that came about elsewhere, such as in a test's own event. */
  function remember({ chat_id, chat_type, message_id, root_id, thread_id }: Message, app: FeishuApp): void {
    if (messages.has(message_id)) return
    const chat = chats.get(chat_id) ?? open({ id: chat_id, type: chat_type })
    chat.bots.add(app.appId)
    write(chat, {
      id: message_id,
      ...(root_id === undefined ? {} : { root: root_id }),
      ...(thread_id === undefined ? {} : { thread: thread_id }),
    })
  }

  /** Throws `Refused` for one that is unknown or was recalled. */
  function existing(id: string | undefined): StoredMessage {
    if (!id?.startsWith('om_')) throw invalid('invalid message_id')
    const message = messages.get(id)
    if (!message) throw new Refused(99992354, 'id not exist')
    if (message.recalledAt !== undefined) throw new Refused(230011, RECALLED)
    return message
  }

  /** Where an answer to a message stands: in a topic the root counts as what is answered. */
  function below({ id, root, thread }: StoredMessage): Place {
    if (thread === undefined) return { root: root ?? id, parent: id }
    return { root: root ?? id, parent: root ?? id, thread }
  }

  return { messages, open, writable, receiver, direct, person, write, remember, existing, below }
}

export function makePerson(app: FeishuApp, openId: string | undefined, name: string): Person {
  const openIds = new Map([[app.appId, openId ?? `ou_${hex(32)}`]])
  return { unionId: `on_${hex(32)}`, userId: hex(8), name, openIds }
}

/** One person has another open_id for every app. */
export const openIdOf = ({ unionId, openIds }: Person, { appId }: FeishuApp): string =>
  openIds.get(appId) ?? `ou_${hexOf(`${unionId} ${appId}`)}`

/** All ids of a person, whatever an app may see of them. */
export const idsOf = (person: Person, app: FeishuApp): Required<UserId> => ({
  union_id: person.unionId,
  user_id: person.userId,
  open_id: openIdOf(person, app),
})
