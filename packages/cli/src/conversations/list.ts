import { createMemory } from '@waystation/conversations'
import { type Channel, type ConversationId, conversationOf } from '@waystation/domain'
import { createConversations } from '@waystation/mailbox'
import type { Answer, Context } from '../command.ts'
import type { Language } from '../language.ts'
import { duration, table } from '../text.ts'
import { type Outline, outline } from './outline.ts'

type Filter = { channel?: Channel; blocked?: boolean }

/** Looked at together: one after the other would take four times as long, all at once would fill the memory. */
const PAGE = 500
const TELL_EVERY_MS = 1_000

export async function list(context: Context, filter: Filter): Promise<Answer> {
  const { say, language } = context
  const outlines = await look(context, await find(context, filter))
  if (outlines.length === 0)
    return { text: say({ en: 'There are no such conversations.', zh: '没有这样的会话。' }), json: [] }
  const latestFirst = outlines.toSorted((one, other) => lastOf(other) - lastOf(one))
  const rows = latestFirst.map(one => row(one, language))
  return { text: table(HEAD, rows), json: latestFirst }
}

async function find({ station }: Context, { channel, blocked = false }: Filter): Promise<ConversationId[]> {
  const found: ConversationId[] = []
  for await (const id of createConversations(station.redis).all({ blocked }))
    if (channel === undefined || conversationOf(id).channel === channel) found.push(id)
  return found
}

async function look({ station, progress, signal }: Context, ids: ConversationId[]): Promise<Outline[]> {
  const [conversations, memory] = [createConversations(station.redis), createMemory(station.redis)]
  const outlines: Outline[] = []
  for (let first = 0, toldAt = Date.now(); first < ids.length; first += PAGE) {
    signal.throwIfAborted()
    const page = ids.slice(first, first + PAGE)
    const seen = page.map(id => Promise.all([conversations.look(id), memory.choices(id)]))
    outlines.push(...(await Promise.all(seen)).map(([sight, choices]) => outline(sight, choices)))
    if (Date.now() - toldAt < TELL_EVERY_MS) continue
    toldAt = Date.now()
    progress(`${outlines.length}/${ids.length}`)
  }
  return outlines
}

const lastOf = ({ lastAt }: Outline): number => (lastAt === undefined ? 0 : Date.parse(lastAt))

const HEAD = ['conversation', 'last', 'exchanges', 'inbox', 'outbox', 'dead', 'model', 'persona', '']

function row(one: Outline, language: Language): string[] {
  return [
    one.conversation,
    one.lastAt === undefined ? '' : duration(Date.now() - Date.parse(one.lastAt), language),
    ...[one.exchanges, one.inbox, one.outbox, one.dead].map(String),
    one.model ?? '',
    one.persona ?? '',
    one.blockedAt === undefined ? '' : BLOCKED[language],
  ]
}

const BLOCKED = { en: 'blocked', zh: '已屏蔽' }
