import { randomUUID } from 'node:crypto'
import type { ConversationId } from '@waystation/domain'
import { type Redis, script } from '@waystation/redis'
import { z } from 'zod'
import { costOf, type Entry, type HistorySettings, keepMs, readHistory, summaryLine } from './history.ts'

/** In the hash tag of packages/mailbox, whose commits write the history. */
const keysOf = (conversation: ConversationId) => ({
  /** list: perhaps a summary, then what was said since, oldest first */
  history: `waystation:{${conversation}}:history`,
  /** hash: persona, system, choice */
  choices: `waystation:{${conversation}}:choices`,
  /** string: who sums up at the moment */
  folding: `waystation:{${conversation}}:folding`,
})

/** What people chose for their conversation. */
export type Choices = {
  /** The name of a persona, by `/persona`. */
  persona?: string
  /** The system prompt, by `/system`. */
  system?: string
  /** The tier, by `/model`. */
  choice?: 'local' | 'commercial'
}

/** What is known of a conversation: what was said, a summary of what was said before that, and what was chosen. */
export type Memory = Choices & { entries: Entry[]; summary?: string }

/** The last exchange that a summary covers, and the summary; without one the exchanges just leave. */
export type Folding = { upTo: string; summary: string | undefined; lease: string }

const optional = <Value extends z.ZodType>(value: Value) => value.nullable().transform(it => it ?? undefined)
const tier = z.enum(['local', 'commercial'])
/** Persona, system, choice, as Redis tells them. */
const chosen = z.tuple([optional(z.string()), optional(z.string()), optional(tier)]).transform(
  ([persona, system, choice]): Choices => ({
    ...(persona === undefined ? {} : { persona }),
    ...(system === undefined ? {} : { system }),
    ...(choice === undefined ? {} : { choice }),
  }),
)
/** As recall.lua answers. */
const recalled = z.tuple([z.array(z.string()), chosen])

export type Memories = ReturnType<typeof createMemory>

/** What conversations remember, for every worker alike. Calls reject while Redis is away. */
export function createMemory(redis: Redis) {
  const recallScript = script(redis, new URL('./recall.lua', import.meta.url))
  const foldScript = script(redis, new URL('./fold.lua', import.meta.url))

  return {
    /** Everything, in one round trip. */
    async recall(conversation: ConversationId, history: HistorySettings): Promise<Memory> {
      const keys = keysOf(conversation)
      const answer = await recallScript([keys.history, keys.choices], [keepMs(history)])
      const [lines, choices] = recalled.parse(answer)
      return { ...readHistory(lines), ...choices }
    },

    /** What was chosen. Whoever only looks does not keep it any longer. */
    choices: async (conversation: ConversationId): Promise<Choices> =>
      chosen.parse(await redis.hmget(keysOf(conversation).choices, 'persona', 'system', 'choice')),

    /** How much is remembered, without what was said; `tokens`: what it costs in a prompt that holds all of it. */
    async extent(conversation: ConversationId): Promise<{ tokens: number; hasSummary: boolean }> {
      const { entries, summary } = readHistory(await redis.lrange(keysOf(conversation).history, 0, -1))
      return { tokens: costOf(entries), hasSummary: summary !== undefined }
    },

    /** Keeps what is chosen, and takes back what is `null`. A new conversation does not change it. */
    async choose<Name extends keyof Choices>(
      conversation: ConversationId,
      name: Name,
      value: NonNullable<Choices[Name]> | null,
      history: HistorySettings,
    ): Promise<void> {
      const { choices } = keysOf(conversation)
      if (value === null) await redis.hdel(choices, name)
      else await redis.multi().hset(choices, name, value).pexpire(choices, keepMs(history)).exec()
    },

    /** The right to sum up a conversation, for so long; `undefined` while somebody has it. */
    async lease(conversation: ConversationId, forMs: number): Promise<string | undefined> {
      const owner = randomUUID()
      return (await redis.set(keysOf(conversation).folding, owner, 'PX', forMs, 'NX')) === 'OK' ? owner : undefined
    },

    /** Folds what was read, and ends the lease. False, and nothing is changed, when that was forgotten or folded since. */
    async fold(conversation: ConversationId, { upTo, summary, lease }: Folding): Promise<boolean> {
      const { history, folding } = keysOf(conversation)
      const line = summary === undefined ? '' : summaryLine(summary)
      return (await foldScript([history, folding], [upTo, line, lease])) === 1
    },
  }
}
