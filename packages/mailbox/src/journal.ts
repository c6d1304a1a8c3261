import { hostname } from 'node:os'
import type { ConversationId } from '@waystation/domain'
import { type Redis, type Script, script } from '@waystation/redis'
import { z } from 'zod'
import { conversationsWith } from './conversations/known.ts'
import { keysOf } from './keys.ts'

const JOURNAL = new URL('./journal.lua', import.meta.url)
/** Scripts drop what is older in whole nodes of the stream. */
const DAY_MS = 24 * 60 * 60 * 1000

/** A script that notes in the journal what it does, in the same step. */
export const noting = (redis: Redis, file: URL): Script => script(redis, JOURNAL, file)

/** Who the journal says it was: `<host>/<process id>`, the host being the container. */
export const self = (): string => `${hostname()}/${process.pid}`

const entry = <Event extends string, Detail extends z.ZodRawShape>(event: Event, detail: Detail) =>
  z.object({ event: z.literal(event), id: z.string(), detail: z.object(detail) })

const attempt = { by: z.string(), attempt: z.number() }
const putOff = { code: z.string(), afterMs: z.number() }

/** Why something is to be tried again, by the word it is counted under, and when. */
export type PutOff = z.infer<z.ZodObject<typeof putOff>>

const entrySchema = z.discriminatedUnion('event', [
  // Of messages.
  entry('posted', { traceId: z.string() }),
  entry('repeated', { traceId: z.string() }),
  entry('recalled', {}),
  // Of turns and their replies, and of replies that answer nobody.
  entry('put', { traceId: z.string() }),
  entry('started', { messages: z.array(z.string()) }),
  entry('taken', attempt),
  entry('opened', {}),
  entry('put_off', putOff),
  entry('committed', {
    state: z.enum(['final', 'failed', 'none']),
    tier: z.string().optional(),
    model: z.string().optional(),
    reason: z.string().optional(),
    /** ms since 1970 */
    firstTokenAt: z.number().optional(),
    /** Why it was given up. */
    code: z.string().optional(),
  }),
  entry('delivering', attempt),
  entry('part', { index: z.number(), state: z.string(), receipt: z.string().optional() }),
  entry('delivery_put_off', putOff),
  entry('settled', { receipt: z.string().optional(), code: z.string().optional() }),
  entry('replayed', { kind: z.enum(['turn', 'reply', 'unreadable']) }),
])

/** `at`: ms since 1970, by the clock of Redis. `id`: of the message or the reply. */
export type JournalEntry = z.infer<typeof entrySchema> & { at: number }

/** The conversations in which something happened within the last day. */
export const journaled = (redis: Redis) => conversationsWith(redis, 'journal')

/** What happened in a conversation within the last day, the oldest first; of a lively one the last 700 events. */
export async function readJournal(redis: Redis, conversation: ConversationId): Promise<JournalEntry[]> {
  const entries = await redis.xrange(keysOf(conversation).journal, Date.now() - DAY_MS, '+')
  return entries.map(([id, fields]) => {
    const pairs = Object.fromEntries(fields.flatMap((name, index) => (index % 2 ? [] : [[name, fields[index + 1]]])))
    const read = entrySchema.parse({ ...pairs, detail: JSON.parse(pairs.detail ?? '{}') })
    return { ...read, at: Number(id.split('-')[0]) }
  })
}
