import { randomUUID } from 'node:crypto'
import {
  type ConversationId,
  type InboundMessage,
  inboundMessageSchema,
  type Recall,
  type Reply,
  type Turn,
  Unavailable,
} from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import type { Bells } from '../bells.ts'
import { type DeadLetter, describe } from '../dead/letter.ts'
import { createIndex } from '../filled.ts'
import { noting, type PutOff, self } from '../journal.ts'
import { indexKeys, keysOf } from '../keys.ts'
import { Superseded } from '../superseded.ts'

/** Longer than any platform redelivers: Telegram 24 h, Feishu about 7.1 h. */
const SEEN_MS = 24 * 60 * 60 * 1000
/** What one reply can reasonably answer; the rest waits for the next turn. */
const MESSAGES_PER_TURN = 20

export type TurnState = 'current' | 'stopped' | 'superseded'

/** What tells one attempt at a turn from all others. */
type TurnKey = Pick<Turn, 'replyId' | 'conversation' | 'attempt'>

/** How a turn ends. */
export type Outcome = {
  /** Absent when there is nothing to say: the person stopped the answer before it began. What was opened is withdrawn. */
  reply?: Reply
  /** What history loses of its latest entries, and then gains, as packages/conversations writes it. */
  history?: { forget: number; entries: string[]; maxEntries: number; keepMs: number }
  /** Keeps the turn that was given up. */
  deadLetter?: DeadLetter
  /** When its model's first word came, ms since 1970; for the journal. */
  firstTokenAt?: number
}

export type Inbox = ReturnType<typeof createInbox>

/**
 * The messages of conversations on their way to a model. `outboxBells` are rung when a reply is opened or committed.
 * Every call rejects at once while Redis is away.
 *
 * Boxes are put on the index, filled and rung for in one breath: `redis` carries all of it out in this order. A Cluster,
 * which keeps boxes and bells on two nodes, is waited for in between.
 */
export function createInbox(redis: Redis, bells: Bells, outboxBells: Bells) {
  const lua = (name: string) => noting(redis, new URL(`./${name}.lua`, import.meta.url))
  const [postScript, amendScript, takeScript] = [lua('post'), lua('amend'), lua('take')]
  const [updateScript, commitScript, giveBackScript] = [lua('update'), lua('commit'), lua('give-back')]
  const recallScript = lua('recall')
  const me = self()
  const filled = createIndex(redis, indexKeys.inbox)
  const outboxFilled = createIndex(redis, indexKeys.outbox)
  const deadFilled = createIndex(redis, indexKeys.dead)

  /** Resolves with what `filling` does. */
  async function thenRing<Answer>(filling: Promise<Answer>, ring: () => Promise<void>): Promise<Answer> {
    if (redis.isCluster) await filling
    const [answer] = await Promise.all([filling, ring()])
    return answer
  }

  async function recallFrom(conversation: ConversationId, messageId: string, rememberMs: number): Promise<boolean> {
    const { seen, inbox, turn, reply, journal } = keysOf(conversation)
    const stood = await recallScript([seen, inbox, turn, journal], [messageId, reply(''), Date.now(), rememberMs])
    // Whoever works on the turn, or shows its reply, looks again.
    if (stood === 'taken') await Promise.all([bells.ring(conversation), outboxBells.ring(conversation)])
    return stood !== 'gone'
  }

  return {
    /**
     * Puts a message into the inbox and rings. A message seen in the last 24 h is not put in again, but the bell is
     * rung again: a crash between the two heals itself when the platform repeats. A `/stop` ends the running turn and
     * takes the place of what waits. Where the conversation is blocked, a bell rings in vain, and nothing else is done.
     * Throws `Unavailable` when Redis did not take it.
     */
    async post(message: InboundMessage): Promise<'posted' | 'duplicate' | 'blocked'> {
      const keys = keysOf(message.conversation)
      const isStop = message.command === 'stop'
      try {
        const [, posted] = await Promise.all([
          filled.add(message.conversation),
          thenRing(
            postScript(
              [keys.seen, keys.inbox, keys.turn, keys.journal, keys.blocked],
              [
                message.id,
                JSON.stringify(message),
                Date.now(),
                SEEN_MS,
                isStop ? '1' : '0',
                JSON.stringify({ traceId: message.traceId }),
              ],
            ),
            () => bells.ring(message.conversation, { hurry: isStop }),
          ),
        ])
        if (posted === -1) return 'blocked'
        return posted === 1 ? 'posted' : 'duplicate'
      } catch (error) {
        throw new Unavailable('Redis did not take the message', undefined, { cause: error })
      }
    },

    /** Replaces a message that still waits by its edited form; one that was taken stays as it was read. */
    async amend(message: InboundMessage & { edits: string }): Promise<'amended' | 'too_late' | 'blocked'> {
      const { inbox, turn, blocked } = keysOf(message.conversation)
      const replaced = await amendScript(
        [inbox, turn, blocked],
        [message.edits, JSON.stringify({ ...message, id: message.edits })],
      )
      if (replaced === -1) return 'blocked'
      return replaced === 1 ? 'amended' : 'too_late'
    },

    /**
     * Takes a message back: it is not answered, and what is shown of its answer is withdrawn; where it was asked together
     * with others, these are answered anew. Its sender may have written it in any topic of the chat that `conversation`
     * names: no platform says which. Throws `Unavailable` when Redis did not take it.
     */
    async recall({ conversation, messageId }: Recall): Promise<'recalled' | 'too_late'> {
      try {
        if (await recallFrom(conversation, messageId, SEEN_MS)) return 'recalled'
        for await (const { conversation: topic } of filled.all())
          if (topic.startsWith(`${conversation}.`) && (await recallFrom(topic, messageId, 0))) return 'recalled'
        return 'too_late'
      } catch (error) {
        throw new Unavailable('Redis did not take the recall', undefined, { cause: error })
      }
    },

    /**
     * What waits, frozen as a turn; or the current turn again, with the next `attempt`. What cannot be read becomes a
     * dead letter, so that the conversation goes on.
     */
    async take(conversation: ConversationId): Promise<Turn | undefined> {
      const { inbox, turn, journal } = keysOf(conversation)
      for (;;) {
        const taken = await takeScript([inbox, turn, journal], [randomUUID(), Date.now(), MESSAGES_PER_TURN, me])
        if (taken === null) return undefined
        // take.lua's answer has the shape it documents.
        const [replyId, attempt, failures, postponed, startedAt, ...items] = taken as [string, string, ...string[]]
        const started = { replyId, conversation, attempt: Number(attempt), startedAt: Number(startedAt) }
        const crashes = started.attempt - 1 - Number(failures) - Number(postponed)
        try {
          return { ...started, messages: readMessages(items), failures: Number(failures), crashes }
        } catch (error) {
          const deadLetter = {
            kind: 'unreadable',
            at: Date.now(),
            error: describe(error, 'unreadable'),
            items,
          } as const
          await this.commit(started, { deadLetter })
        }
      }
    },

    /** Whether the person asked to stop, or another worker took the turn over. */
    async check(turn: Turn): Promise<TurnState> {
      const [fence, stopped] = await redis.hmget(keysOf(turn.conversation).turn, 'fence', 'stopped')
      if (fence !== fenceOf(turn)) return 'superseded'
      return stopped === '1' ? 'stopped' : 'current'
    },

    /** Shows how far the reply is: opens it in the outbox and rings, or replaces its text. */
    async update(turn: Turn, reply: Reply): Promise<TurnState> {
      const keys = keysOf(turn.conversation)
      const [, state] = await Promise.all([
        outboxFilled.add(turn.conversation),
        updateScript(
          [keys.turn, keys.outbox, keys.reply(reply.id), keys.journal],
          [fenceOf(turn), reply.id, JSON.stringify(reply)],
        ),
      ])
      if (state === 'stopped' || state === 'superseded') return state
      if (state === 'opened') await outboxBells.ring(turn.conversation)
      return 'current'
    },

    /** Ends the turn, all or nothing, and rings the outbox. Returns how many messages wait now. Throws `Superseded`. */
    async commit(turn: TurnKey, { reply, history, deadLetter, firstTokenAt }: Outcome): Promise<number> {
      const keys = keysOf(turn.conversation)
      if (deadLetter) await deadFilled.add(turn.conversation)
      const [, waiting] = await Promise.all([
        outboxFilled.add(turn.conversation),
        thenRing(
          commitScript(
            [keys.inbox, keys.turn, keys.outbox, keys.reply(turn.replyId), keys.history, keys.dead, keys.journal],
            [
              fenceOf(turn),
              turn.replyId,
              reply ? JSON.stringify(reply) : '',
              deadLetter ? JSON.stringify(deadLetter) : '',
              history?.forget ?? 0,
              history?.maxEntries ?? 0,
              history?.keepMs ?? 0,
              JSON.stringify({
                ...reply?.route,
                state: reply?.state ?? 'none',
                firstTokenAt,
                code: deadLetter?.error.code,
              }),
              ...(history?.entries ?? []),
            ],
          ),
          () => outboxBells.ring(turn.conversation),
        ),
      ])
      if (waiting === -1) throw new Superseded()
      return Number(waiting)
    },

    /**
     * Gives the turn back for a later attempt. Only `failures` count against it; `why`: for the journal. Throws
     * `Superseded`.
     */
    async giveBack(turn: Turn, as: 'failures' | 'postponed', why: PutOff): Promise<void> {
      const keys = keysOf(turn.conversation)
      const given = await giveBackScript(
        [keys.turn, keys.journal],
        [fenceOf(turn), as, turn.replyId, JSON.stringify(why)],
      )
      if (given === 0) throw new Superseded()
    },

    /** Rings again for a reply that was committed when the worker died before it rang. */
    async ringOutboxIfFilled(conversation: ConversationId): Promise<void> {
      if ((await redis.exists(keysOf(conversation).outbox)) === 1) await outboxBells.ring(conversation)
    },
  }
}

/** What only the latest attempt at a turn holds. */
const fenceOf = ({ replyId, attempt }: TurnKey) => `${replyId}/${attempt}`

/** In the order in which they were written, as far as that is told: Feishu pushes messages of one chat side by side. */
function readMessages(items: string[]): Turn['messages'] {
  const messages = items.map(item => inboundMessageSchema.parse(JSON.parse(item)))
  const [first, ...rest] = messages.toSorted((one, other) => one.sentAt - other.sentAt)
  if (!first) throw new Error('a turn without messages')
  return [first, ...rest]
}
