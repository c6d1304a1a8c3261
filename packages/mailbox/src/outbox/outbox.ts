import { type ConversationId, type Receipt, type Reply, replySchema } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import type { DeadLetter } from '../dead/letter.ts'
import { createIndex } from '../filled.ts'
import { noting, type PutOff, self } from '../journal.ts'
import { indexKeys, keysOf } from '../keys.ts'
import { Superseded } from '../superseded.ts'
import { type Part, partSchema } from './part.ts'

/** Longer than services/alerts tries to put one in. */
const TOLD_MS = 25 * 60 * 60 * 1000

/** One attempt to deliver a reply. */
export type Delivery = {
  reply: Reply
  /** When this attempt began, ms since 1970. */
  takenAt: number
  /** 1 for the first; the fence: what an older attempt notes is refused. */
  attempt: number
  failures: number
  parts: Map<number, Part>
}

/** What is said without having been asked for. */
type Told = Pick<Reply, 'conversation' | 'id' | 'text' | 'traceId'>

export type Outbox = ReturnType<typeof createOutbox>

/** The replies of conversations on their way to their chats. */
export function createOutbox(redis: Redis) {
  const lua = (name: string) => noting(redis, new URL(`./${name}.lua`, import.meta.url))
  const [putScript, takeScript, noteScript, settleScript] = [lua('put'), lua('take'), lua('note'), lua('settle')]
  const me = self()
  const filled = createIndex(redis, indexKeys.outbox)
  const deadFilled = createIndex(redis, indexKeys.dead)

  async function note(
    { reply, attempt }: Delivery,
    [field, value]: [string, string],
    [event, detail]: [string, object],
  ): Promise<void> {
    const keys = keysOf(reply.conversation)
    const noted = await noteScript(
      [keys.reply(reply.id), keys.journal],
      [attempt, field, value, event, reply.id, JSON.stringify(detail)],
    )
    if (noted === 0) throw new Superseded()
  }

  return {
    /**
     * Puts a complete reply that answers nobody behind what waits, and is to be rung for. Again within a day it changes
     * nothing, even where the reply is delivered by now.
     */
    async put({ id, conversation, traceId, text }: Told): Promise<void> {
      const keys = keysOf(conversation)
      const now = Date.now()
      const reply: Reply = { id, conversation, state: 'final', text, traceId, receivedAt: now, committedAt: now }
      await filled.add(conversation)
      await putScript(
        [keys.outbox, keys.reply(id), keys.told(id), keys.journal],
        [id, JSON.stringify(reply), TOLD_MS, JSON.stringify({ traceId })],
      )
    },

    /** The oldest reply, with the next `attempt`. */
    async take(conversation: ConversationId): Promise<Delivery | undefined> {
      const keys = keysOf(conversation)
      const taken = await takeScript([keys.outbox, keys.journal], [keys.reply(''), me])
      return taken === null ? undefined : readDelivery(taken)
    },

    /** The reply as it reads now. Throws `Superseded` when another sender has settled it. */
    async read({ id, conversation }: Reply): Promise<Reply> {
      const [reply, withdrawn] = await redis.hmget(keysOf(conversation).reply(id), 'reply', 'withdrawn')
      if (!reply) throw new Superseded()
      return readReply(reply, withdrawn)
    },

    /** Notes what is known of a part, before and after it is sent. Throws `Superseded`. */
    async notePart(delivery: Delivery, index: number, part: Part): Promise<void> {
      await note(delivery, [`part:${index}`, JSON.stringify(part)], ['part', { index, ...part }])
      delivery.parts.set(index, part)
    },

    /** `isFailure`: it counts against the reply. Throws `Superseded`. */
    putOff: (delivery: Delivery, isFailure: boolean, why: PutOff) =>
      note(delivery, ['failures', String(delivery.failures + (isFailure ? 1 : 0))], ['delivery_put_off', why]),

    /**
     * Removes the reply: delivered, with the receipt of its last part, or kept as a dead letter. Returns how many wait
     * now. Throws `Superseded`.
     */
    async settle(
      { reply, attempt }: Delivery,
      { receipt, deadLetter }: { receipt?: Receipt | undefined; deadLetter?: DeadLetter } = {},
    ): Promise<number> {
      const keys = keysOf(reply.conversation)
      if (deadLetter) await deadFilled.add(reply.conversation)
      const waiting = await settleScript(
        [keys.outbox, keys.reply(reply.id), keys.dead, keys.journal],
        [
          attempt,
          reply.id,
          deadLetter ? JSON.stringify(deadLetter) : '',
          JSON.stringify({ receipt, code: deadLetter?.error.code }),
        ],
      )
      if (waiting === -1) throw new Superseded()
      return Number(waiting)
    },
  }
}

function readReply(json: string | undefined, withdrawn: string | null | undefined): Reply {
  const reply = replySchema.parse(JSON.parse(json ?? 'null'))
  return withdrawn ? { ...reply, state: 'withdrawn' } : reply
}

function readDelivery(taken: unknown): Delivery {
  // take.lua answers with the fields and values of a hash in turn.
  const flat = taken as string[]
  const fields = new Map<string, string>()
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i] ?? '', flat[i + 1] ?? '')
  const parts = new Map<number, Part>()
  for (const [field, value] of fields) {
    if (field.startsWith('part:')) parts.set(Number(field.slice(5)), partSchema.parse(JSON.parse(value)))
  }
  return {
    reply: readReply(fields.get('reply'), fields.get('withdrawn')),
    takenAt: Date.now(),
    attempt: Number(fields.get('attempt')),
    failures: Number(fields.get('failures') ?? 0),
    parts,
  }
}
