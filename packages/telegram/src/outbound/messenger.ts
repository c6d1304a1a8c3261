import { createHash } from 'node:crypto'
import { type ConversationId, conversationOf, errorCode, type Messenger, type Reply } from '@waystation/domain'
import { cutPoint } from '@waystation/markdown'
import { z } from 'zod'
import { botApi } from '../api.ts'
import { ChatMoved } from '../errors.ts'
import { toPlainText } from './html.ts'
import { split } from './split.ts'

/** "typing…" is shown for 5 s at most. */
const TYPING_EVERY_MS = 4_000
/** About one call a second is welcome in a chat; in a group, all bots together have 20 a minute. */
const DRAFT_EVERY_MS = 1_000
const EDIT_EVERY_MS = 3_500

const sentSchema = z.object({ message_id: z.int() })
const doneSchema = z.unknown()

/** What a call says and how Telegram should read it. */
type Wording = { text: string; parse_mode?: 'HTML' }

/**
 * Carries replies to Telegram. The parts that `split` makes are in Telegram's HTML; one that Telegram does not read is
 * sent without formatting. `edit` throws `Rejected('message_gone')` where there is nothing left to edit.
 */
export function telegramMessenger(bot: { apiRoot: string; token: string }): Messenger {
  const api = botApi(bot)
  const movedTo = new Map<number, number>()

  /** Calls a method for the chat of a conversation, and again where the chat has moved to. */
  async function call<Result>(
    method: string,
    conversation: ConversationId,
    params: object,
    result: z.ZodType<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const { chat, thread } = conversationOf(conversation)
    const ask = (chatId: number) => {
      const place = { chat_id: chatId, ...(thread === undefined ? {} : { message_thread_id: Number(thread) }) }
      return api.call(method, { ...place, ...params }, result, { signal })
    }
    const chatId = Number(chat)
    try {
      return await ask(movedTo.get(chatId) ?? chatId)
    } catch (error) {
      if (!(error instanceof ChatMoved)) throw error
      movedTo.set(chatId, error.chat)
      return await ask(error.chat)
    }
  }

  return {
    channel: 'telegram',
    dropsRepeats: false,
    typingEveryMs: TYPING_EVERY_MS,
    split,

    streaming: conversation =>
      isGroup(conversation) ? { style: 'edit', everyMs: EDIT_EVERY_MS } : { style: 'draft', everyMs: DRAFT_EVERY_MS },

    async typing({ conversation }, signal) {
      await call('sendChatAction', conversation, { action: 'typing' }, doneSchema, signal)
    },

    async draft(reply, signal) {
      // The newest part: it is being read as it grows, and those before it come back with the messages.
      const part = split(reply.text).at(-1) ?? ''
      await formattedOrPlain(part, wording =>
        call('sendMessageDraft', reply.conversation, { draft_id: draftIdOf(reply), ...wording }, doneSchema, signal),
      )
    },

    async send(reply, part, index, signal) {
      const answered = index === 0 && isGroup(reply.conversation) ? answeredBy(reply) : {}
      const sendOne = (wording: Wording) =>
        call('sendMessage', reply.conversation, { ...wording, ...answered, ...quiet }, sentSchema, signal)
      try {
        const { message_id } = await formattedOrPlain(part, sendOne)
        return String(message_id)
      } catch (error) {
        if (errorCode(error) !== 'too_long') throw error
        // Telegram counts otherwise than we do. The first half stands for both.
        const text = toPlainText(part)
        const middle = cutPoint(text, 0, Math.ceil(text.length / 2))
        const { message_id } = await sendOne({ text: text.slice(0, middle) })
        await sendOne({ text: text.slice(middle) })
        return String(message_id)
      }
    },

    async edit(reply, part, receipt, signal) {
      try {
        await formattedOrPlain(part, wording =>
          call(
            'editMessageText',
            reply.conversation,
            { message_id: Number(receipt), ...wording, ...quiet },
            doneSchema,
            signal,
          ),
        )
      } catch (error) {
        if (errorCode(error) !== 'not_modified') throw error
      }
    },

    // A bot hears of no message that was deleted, so a reply is withdrawn only before it shows; "typing" ends by itself.
    withdraw: async () => {},
  }
}

/** A page's preview would take more room than the answer. */
const quiet = { link_preview_options: { is_disabled: true } }

async function formattedOrPlain<Result>(part: string, ask: (wording: Wording) => Promise<Result>): Promise<Result> {
  try {
    return await ask({ text: part, parse_mode: 'HTML' })
  } catch (error) {
    if (errorCode(error) !== 'bad_entities') throw error
    return await ask({ text: toPlainText(part) })
  }
}

/** Ids of groups are negative. */
const isGroup = (conversation: ConversationId): boolean => conversationOf(conversation).chat.startsWith('-')

/** An edit's id is that of its message, a dot, and more. */
const answeredBy = ({ inReplyTo }: Reply) =>
  inReplyTo === undefined
    ? {}
    : { reply_parameters: { message_id: Number.parseInt(inReplyTo, 10), allow_sending_without_reply: true } }

/** The same for one reply in every attempt, so that its drafts take each other's place. Not 0, and within 31 bits. */
const draftIdOf = ({ id }: Reply): number => createHash('sha256').update(id).digest().readUInt32BE() >>> 1 || 1
