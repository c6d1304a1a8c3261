import type { ConversationId } from '@waystation/domain'
import { type JournalEntry, journaled, readJournal } from '@waystation/mailbox'
import type { Redis } from '@waystation/redis'

/** What happened to one message and to its reply, the oldest first. */
export type Life = {
  conversation: ConversationId
  messages: string[]
  traceId?: string
  replyIds: string[]
  entries: JournalEntry[]
}

/** Every life that an id belongs to: a trace or a reply has one, a message's id is its platform's and may have more. */
export async function find(redis: Redis, id: string): Promise<Life[]> {
  const lives: Life[] = []
  for await (const conversation of journaled(redis)) {
    const life = lifeOf(conversation, await readJournal(redis, conversation), id)
    if (life) lives.push(life)
  }
  return lives
}

function lifeOf(conversation: ConversationId, all: JournalEntry[], id: string): Life | undefined {
  const isNamed = (entry: JournalEntry) => entry.id === id || ('traceId' in entry.detail && entry.detail.traceId === id)
  const named = new Set(all.filter(isNamed).map(entry => entry.id))
  if (named.size === 0) return undefined
  const turns = all.flatMap(entry =>
    entry.event === 'started' ? [{ replyId: entry.id, messages: entry.detail.messages }] : [],
  )
  const own = turns.filter(
    ({ replyId, messages }) => named.has(replyId) || messages.some(message => named.has(message)),
  )
  const told = all.filter(entry => entry.event === 'put' && named.has(entry.id)).map(entry => entry.id)
  const replyIds = [...own.map(({ replyId }) => replyId), ...told]
  // Of a turn that is asked for, all its messages; of a message, itself alone.
  const messages = own.filter(({ replyId }) => named.has(replyId)).flatMap(turn => turn.messages)
  const ids = new Set([...named, ...replyIds, ...messages])
  const entries = all.filter(entry => ids.has(entry.id))
  const posted = entries.find(entry => entry.event === 'posted' || entry.event === 'put')
  return {
    conversation,
    messages: [...ids].filter(one => !replyIds.includes(one)),
    ...(posted ? { traceId: posted.detail.traceId } : {}),
    replyIds,
    entries,
  }
}
