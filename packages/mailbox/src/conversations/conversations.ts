import type { ConversationId, Turn } from '@waystation/domain'
import { type Redis, script } from '@waystation/redis'
import { z } from 'zod'
import { keyOf, keysOf } from '../keys.ts'
import { conversationsWith } from './known.ts'

/** Whoever has one of these is known. The choices are those of packages/conversations. */
const NAMES = ['journal', 'history', 'choices', 'inbox', 'outbox', 'dead', 'blocked']

/** What a conversation holds; times in ms since 1970. */
export type Sight = {
  conversation: ConversationId
  /** When something happened last; absent where that is more than a day ago. */
  lastAt?: number
  /** Questions with their answers, as far as they are remembered in words. */
  exchanges: number
  /** Messages and replies that wait. */
  inbox: number
  outbox: number
  dead: number
  blockedAt?: number
}

const seenSchema = z.tuple([z.string().nullable(), z.int(), z.int(), z.int(), z.int(), z.string().nullable()])
const resetSchema = z.tuple([z.int(), z.literal([0, 1])])
/** Besides them, a history may have a summary. */
const ENTRIES_PER_EXCHANGE = 2

/** Conversations, as an operator sees them and what he does to them. */
export function createConversations(redis: Redis) {
  const lua = (name: string) => script(redis, new URL(`./${name}.lua`, import.meta.url))
  const [lookScript, resetScript] = [lua('look'), lua('reset')]

  return {
    /** Those that Redis holds anything of, or the blocked ones alone. */
    all: ({ blocked }: { blocked: boolean }) => conversationsWith(redis, ...(blocked ? ['blocked'] : NAMES)),

    /** Whether Redis holds anything of it. */
    isKnown: async (conversation: ConversationId): Promise<boolean> =>
      (await redis.exists(NAMES.map(name => keyOf(conversation, name)))) > 0,

    async look(conversation: ConversationId): Promise<Sight> {
      const { journal, history, inbox, outbox, dead, blocked } = keysOf(conversation)
      const answer = await lookScript([journal, history, inbox, outbox, dead, blocked], [])
      const [last, entries, messages, replies, letters, blockedAt] = seenSchema.parse(answer)
      return {
        conversation,
        ...(last === null ? {} : { lastAt: Number(last.split('-')[0]) }),
        exchanges: Math.floor(entries / ENTRIES_PER_EXCHANGE),
        inbox: messages,
        outbox: replies,
        dead: letters,
        ...(blockedAt === null ? {} : { blockedAt: Number(blockedAt) }),
      }
    },

    /** The turn that was taken of it, and not ended. */
    async turn(
      conversation: ConversationId,
    ): Promise<(Pick<Turn, 'attempt' | 'replyId'> & { messages: number }) | undefined> {
      const [replyId, attempt, count] = await redis.hmget(keysOf(conversation).turn, 'replyId', 'attempt', 'count')
      return replyId ? { replyId, attempt: Number(attempt), messages: Number(count) } : undefined
    },

    /**
     * Forgets what was said, and its summary; not what was chosen. An answer that is being written is still given, and not
     * remembered; what waits is answered as the beginning of a new conversation. Returns how many exchanges are forgotten,
     * and whether there is such an answer.
     */
    async reset(conversation: ConversationId): Promise<{ exchanges: number; isAnswering: boolean }> {
      const { history, turn } = keysOf(conversation)
      const [entries, isAnswering] = resetSchema.parse(await resetScript([history, turn], []))
      return { exchanges: Math.floor(entries / ENTRIES_PER_EXCHANGE), isAnswering: isAnswering === 1 }
    },

    /** From now on gateways refuse what is written there. False: they did before. */
    block: async (conversation: ConversationId): Promise<boolean> =>
      (await redis.set(keysOf(conversation).blocked, Date.now(), 'NX')) === 'OK',

    /** False: it was not blocked. */
    unblock: async (conversation: ConversationId): Promise<boolean> =>
      (await redis.del(keysOf(conversation).blocked)) === 1,
  }
}
