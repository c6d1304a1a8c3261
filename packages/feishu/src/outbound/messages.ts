import { conversationOf, errorCode, type Receipt, Rejected, type Reply } from '@waystation/domain'
import { z } from 'zod'
import type { FeishuApi } from '../api.ts'
import { AppRefused } from '../errors.ts'

const PATH = '/open-apis/im/v1/messages'
const sentSchema = z.object({ data: z.object({ message_id: z.string() }) })
const reactionSchema = z.object({ data: z.object({ reaction_id: z.string() }) })
const doneSchema = z.unknown()

/** `key`: of two messages with the same, Feishu sends one within an hour, so it changes with the content; 50 characters. */
export type Content = { type: 'interactive' | 'post' | 'text'; content: object; key: string }

/** The message that a reply answers. A welcome answers none; what is asked of a message has the id of it, a dot, and more. */
export const answeredBy = ({ inReplyTo }: Reply): string | undefined => /^om_\w+/.exec(inReplyTo ?? '')?.[0]

/** Messages and reactions: open.feishu.cn/document/server-docs/im-v1/message. */
export function createMessages(api: FeishuApi) {
  return {
    /** Answers the question, in its topic where it has one; where that cannot be any more, it is said in the chat. */
    async send(reply: Reply, { type, content, key }: Content, signal: AbortSignal): Promise<Receipt> {
      const { chat, thread } = conversationOf(reply.conversation)
      const message = { msg_type: type, content: JSON.stringify(content), uuid: key }
      const question = answeredBy(reply)
      if (question !== undefined) {
        const body = { ...message, reply_in_thread: thread !== undefined }
        const request = { name: 'reply', method: 'POST', path: `${PATH}/${question}/reply`, body } as const
        try {
          return (await api.call(request, sentSchema, { signal })).data.message_id
        } catch (error) {
          if (!['message_gone', 'no_threads', 'thread_gone'].includes(errorCode(error))) throw error
        }
      }
      const body = { ...message, receive_id: chat }
      const request = { name: 'send', method: 'POST', path: `${PATH}?receive_id_type=chat_id`, body } as const
      return (await api.call(request, sentSchema, { signal })).data.message_id
    },

    async recall(receipt: Receipt, signal: AbortSignal): Promise<void> {
      await api.call({ name: 'recall', method: 'DELETE', path: `${PATH}/${receipt}` }, doneSchema, { signal })
    },

    /**
     * "Working on it": Feishu's own plugin shows it so. Returns the reaction's id. Throws `Rejected` where the app may not
     * react: the answer must not wait for that.
     */
    async react(message: string, signal: AbortSignal): Promise<string> {
      const body = { reaction_type: { emoji_type: 'Typing' } }
      const request = { name: 'react', method: 'POST', path: `${PATH}/${message}/reactions`, body } as const
      try {
        return (await api.call(request, reactionSchema, { signal })).data.reaction_id
      } catch (error) {
        throw error instanceof AppRefused ? new Rejected('no_reactions', { cause: error }) : error
      }
    },

    async unreact(message: string, reaction: string, signal: AbortSignal): Promise<void> {
      const path = `${PATH}/${message}/reactions/${reaction}`
      await api.call({ name: 'unreact', method: 'DELETE', path }, doneSchema, { signal })
    },
  }
}
