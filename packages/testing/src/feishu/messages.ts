import type { FeishuApp } from './apps.ts'
import type { CardKit } from './cards.ts'
import type { ChatState, Chats, Place, StoredMessage } from './chats.ts'
import { type Content, readContent } from './content.ts'
import type { Endpoint, Request } from './endpoint.ts'
import { change, type Records, type SentFeishuMessage } from './records.ts'
import { invalid, Refused } from './refused.ts'
import { createUuids } from './uuids.ts'

const LONGEST_UUID = 50
const MOST_EDITS = 20
const CARD_LIFE_MS = 14 * 24 * 60 * 60 * 1000

const receiverTypes = new Set('chat_id open_id user_id union_id email'.split(' '))

type Deps = { chats: Chats; cardKit: CardKit; records: Records; onSent?: (message: SentFeishuMessage) => void }

/** The endpoints that write, change and remove messages. */
export function messageEndpoints({ chats, cardKit, records, onSent }: Deps) {
  const uuids = createUuids()

  function send({ app, query, body }: Request): object {
    const uuid = uuidOf(body.uuid)
    const type = query.get('receive_id_type') ?? ''
    if (!receiverTypes.has(type)) throw invalid('invalid receive_id_type')
    if (typeof body.receive_id !== 'string' || body.receive_id === '') throw invalid('invalid receive_id')
    const chat = chats.receiver(type, body.receive_id, app)
    if (!chat) throw new Refused(230034, 'The receive_id is invalid.')
    return uuids.once(app.appId, uuid, () => write(app, chats.writable(chat, app), body))
  }

  function reply({ app, path, body }: Request): object {
    const uuid = uuidOf(body.uuid)
    // An answer that was sent is given again even when what it answers was recalled meanwhile.
    return uuids.once(app.appId, uuid, () => {
      const answered = chats.existing(path.message_id)
      const chat = chats.writable(answered.chat, app)
      if (body.reply_in_thread === true && answered.thread === undefined) {
        if (!chat.takesThreads) throw new Refused(230071, 'The chat does not support reply in thread.')
        return write(app, chat, body, answered, true)
      }
      return write(app, chat, body, answered)
    })
  }

  function write(app: FeishuApp, chat: ChatState, body: Request['body'], answered?: StoredMessage, inThread = false) {
    const content = readContent(body.msg_type, body.content)
    const entity = content.kind === 'entity' ? cardKit.take(content.cardId, app) : undefined
    // The message that is answered becomes the root of a new topic.
    if (answered && inThread) answered.thread = `omt_${answered.id.slice(-16)}`
    const place: Place = answered ? chats.below(answered) : {}
    const message = chats.write(chat, { app: app.appId, content, ...place })
    const face = entity?.face() ?? content.face
    const sent: SentFeishuMessage = {
      app: app.appId,
      chat: chat.id,
      ...(place.thread === undefined ? {} : { thread: place.thread }),
      messageId: message.id,
      type: content.type,
      text: face.text,
      ...(content.kind === 'entity' ? { cardId: content.cardId } : {}),
      buttons: face.buttons.map(({ label }) => label),
      ...(answered ? { replyTo: answered.id } : {}),
      at: message.createdAt,
      edits: [],
    }
    message.sent = sent
    records.sent.push(sent)
    entity?.show(sent)
    onSent?.(sent)
    return answerOf(message, app)
  }

  function edit({ app, path, body }: Request): object {
    const message = own(chats.existing(path.message_id), app)
    const content = readContent(body.msg_type, body.content)
    if (content.type !== 'text' && content.type !== 'post') throw invalid('only text and post can be edited')
    if (message.content.type !== 'text' && message.content.type !== 'post')
      throw new Refused(230054, 'This operation is not supported for this message type.')
    if (message.sent.edits.length >= MOST_EDITS)
      throw new Refused(230072, 'The message has reached the number of times it can be edited.')
    rewrite(message, content)
    return answerOf(message, app)
  }

  function patch({ app, path, body }: Request): object {
    const message = own(chats.existing(path.message_id), app)
    if (message.content.type !== 'interactive') throw invalid('This message is NOT a card')
    if (Date.now() - message.createdAt > CARD_LIFE_MS)
      throw new Refused(230031, 'Message can only be modified within 14 days after sending.')
    const content = readContent('interactive', body.content)
    if (!isPatchable(message.content) || !isPatchable(content))
      throw invalid('update_multi must be true in the card before and after')
    rewrite(message, content)
    return {}
  }

  function rewrite(message: Own, content: Content): void {
    message.content = content
    message.sent.type = content.type
    change(
      message.sent,
      content.face.text,
      content.face.buttons.map(({ label }) => label),
    )
  }

  function recall({ app, path }: Request): object {
    const message = own(chats.existing(path.message_id), app)
    chats.writable(message.chat, app)
    message.recalledAt = Date.now()
    message.sent.recalledAt = message.recalledAt
    return {}
  }

  const chatOf = ({ path }: Request) => chats.messages.get(path.message_id ?? '')?.chat.id
  const sending = ['im:message', 'im:message:send_as_bot', 'im:message:send']
  const updating = ['im:message', 'im:message:send_as_bot', 'im:message:update']
  const recalling = ['im:message', 'im:message:send_as_bot', 'im:message:recall']
  const receiverOf = ({ app, query, body }: Request) =>
    chats.receiver(query.get('receive_id_type') ?? '', String(body.receive_id), app)?.id
  return {
    send: { run: send, scopes: sending, chatOf: receiverOf },
    reply: { run: reply, scopes: sending, chatOf },
    edit: { run: edit, scopes: updating, chatOf },
    patch: { run: patch, scopes: updating, chatOf },
    recall: { run: recall, scopes: recalling, chatOf },
  } satisfies Record<string, Endpoint>
}

type Own = StoredMessage & { sent: SentFeishuMessage; content: Content }

function own(message: StoredMessage, app: FeishuApp): Own {
  const { sent, content } = message
  if (!sent || !content || message.app !== app.appId)
    throw new Refused(230071, 'The operator is not the sender of the message.')
  return Object.assign(message, { sent, content })
}

/** An entity of CardKit is changed there. */
const isPatchable = (content: Content): boolean => content.kind === 'card' && content.isShared

function uuidOf(uuid: unknown): string | undefined {
  if (uuid === undefined || uuid === null) return undefined
  if (typeof uuid !== 'string' || uuid.length > LONGEST_UUID) throw invalid('uuid must be at most 50 characters')
  return uuid
}

function answerOf({ id, chat, root, parent, thread, createdAt, content, sent }: StoredMessage, app: FeishuApp): object {
  return {
    message_id: id,
    ...(root === undefined ? {} : { root_id: root, parent_id: parent }),
    ...(thread === undefined ? {} : { thread_id: thread }),
    msg_type: content?.type,
    create_time: String(createdAt),
    update_time: String(sent?.edits.at(-1)?.at ?? createdAt),
    deleted: false,
    updated: (sent?.edits.length ?? 0) > 0,
    chat_id: chat.id,
    sender: { id: app.appId, id_type: 'app_id', sender_type: 'app', tenant_key: app.tenantKey },
    body: { content: content?.json },
  }
}
