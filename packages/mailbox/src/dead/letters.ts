import { createHash } from 'node:crypto'
import type { ConversationId } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import type { Bells } from '../bells.ts'
import { createIndex } from '../filled.ts'
import { noting } from '../journal.ts'
import { indexKeys, keysOf } from '../keys.ts'
import { type DeadLetter, deadLetterSchema } from './letter.ts'

/** A dead letter where it lies. */
export type KeptLetter = {
  /** Of its reply, as the log's lines have it; for what is unreadable, a hash of it. */
  id: string
  conversation: ConversationId
  letter: DeadLetter
  /** As Redis holds it. */
  stored: string
}

/** What was given up, to be looked at, done again or thrown away. `bells` of the inboxes and the outboxes. */
export function createDeadLetters(redis: Redis, bells: Bells, outboxBells: Bells) {
  const replayScript = noting(redis, new URL('./replay.lua', import.meta.url))
  const index = createIndex(redis, indexKeys.dead)
  const inboxFilled = createIndex(redis, indexKeys.inbox)
  const outboxFilled = createIndex(redis, indexKeys.outbox)

  return {
    /** Conversation by conversation, in each the oldest first. */
    async *all(): AsyncGenerator<KeptLetter> {
      for await (const { conversation, filledAt } of index.all()) {
        const letters = await redis.lrange(keysOf(conversation).dead, 0, -1)
        if (letters.length === 0) await index.forget(conversation, filledAt)
        for (const stored of letters) yield read(conversation, stored)
      }
    },

    /**
     * Puts the messages back into the inbox, or the reply into the outbox, where it goes on at its first part that did not
     * arrive. False: it was replayed or dropped meanwhile, and nothing was changed.
     */
    async replay({ id: letterId, conversation, letter, stored }: KeptLetter): Promise<boolean> {
      const keys = keysOf(conversation)
      const [id, box] = letter.kind === 'reply' ? [letter.reply.id, outboxFilled] : ['', inboxFilled]
      await box.add(conversation)
      const replayed = await replayScript(
        [keys.dead, keys.inbox, keys.outbox, keys.reply(id), keys.journal],
        [
          stored,
          id,
          letterId,
          JSON.stringify({ kind: letter.kind }),
          ...(letter.kind === 'reply' ? fieldsOf(letter) : itemsOf(letter)),
        ],
      )
      if (replayed === 0) return false
      await (letter.kind === 'reply' ? outboxBells : bells).ring(conversation)
      return true
    },

    /** False: it was replayed or dropped meanwhile. */
    async drop({ conversation, stored }: KeptLetter): Promise<boolean> {
      return (await redis.lrem(keysOf(conversation).dead, 1, stored)) === 1
    },
  }
}

function read(conversation: ConversationId, stored: string): KeptLetter {
  const letter = deadLetterSchema.parse(JSON.parse(stored))
  return { id: idOf(letter), conversation, letter, stored }
}

function idOf(letter: DeadLetter): string {
  if (letter.kind === 'turn') return letter.turn.replyId
  if (letter.kind === 'reply') return letter.reply.id
  return createHash('sha256').update(letter.items.join('\n')).digest('hex').slice(0, 16)
}

/** What is done again counts as received now: it was nobody's turn to be prompt while it lay here. */
const renewed = <Item extends object>(item: Item): string => JSON.stringify({ ...item, receivedAt: Date.now() })

function itemsOf(letter: Exclude<DeadLetter, { kind: 'reply' }>): string[] {
  return letter.kind === 'turn' ? letter.turn.messages.map(renewed) : letter.items
}

function fieldsOf({ reply, parts }: Extract<DeadLetter, { kind: 'reply' }>): string[] {
  return ['reply', renewed(reply), ...parts.flatMap(([index, part]) => [`part:${index}`, JSON.stringify(part)])]
}
