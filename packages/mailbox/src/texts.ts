import { type ConversationId, type Reply, replySchema } from '@waystation/domain'
import { type Redis, script } from '@waystation/redis'
import { z } from 'zod'
import { type DeadLetter, deadLetterSchema } from './dead/letter.ts'
import { keysOf } from './keys.ts'

/** A message as far as it can be read, be it of another version of ours. */
const saidSchema = z.object({ id: z.string(), text: z.string() })
export type Said = z.infer<typeof saidSchema>

/** What is kept of what people wrote and were answered. */
export type Texts = {
  /** Messages that are being answered, by which reply, and those that wait behind them. */
  turn: Said[]
  answering: string | undefined
  inbox: Said[]
  outbox: Reply[]
  /** As packages/conversations writes it. */
  history: string[]
  dead: DeadLetter[]
}

const json = <Schema extends z.ZodType>(schema: Schema) => z.string().transform(text => schema.parse(JSON.parse(text)))
/** As texts.lua answers. */
const readSchema = z.tuple([
  z.array(z.string()),
  z.tuple([z.coerce.number(), z.string().nullable()]),
  z.array(z.string()),
  z.array(json(deadLetterSchema)),
  z.array(json(replySchema).nullable()),
])

/** All of it at one moment, so that nothing is missed on its way from one box to the next. `replyIds`: whose replies. */
export async function readTexts(
  redis: Redis,
  conversation: ConversationId,
  replyIds: readonly string[],
): Promise<Texts> {
  const { inbox, turn, history, dead, reply } = keysOf(conversation)
  const read = script(redis, new URL('./texts.lua', import.meta.url))
  const answer = await read([inbox, turn, history, dead, ...replyIds.map(reply)], [])
  const [messages, [taken, answering], lines, letters, replies] = readSchema.parse(answer)
  return {
    turn: messages.slice(0, taken).flatMap(said),
    answering: answering ?? undefined,
    inbox: messages.slice(taken).flatMap(said),
    outbox: replies.filter(one => one !== null),
    history: lines,
    dead: letters,
  }
}

/** What stands there, or nothing where it cannot be read. */
export function said(item: string): Said[] {
  try {
    const { data } = saidSchema.safeParse(JSON.parse(item))
    return data ? [data] : []
  } catch {
    return []
  }
}
