import { setTimeout as sleep } from 'node:timers/promises'
import type { ConversationId, Receipt } from '@waystation/domain'
import { type JournalEntry, readJournal } from '@waystation/mailbox'
import type { Context } from '../command.ts'
import { alike, type Language, type Words } from '../language.ts'
import { judge, secondsOf } from '../trace/verdict.ts'

const LOOK_EVERY_MS = 300

type Sent = { id: string; conversation: ConversationId }
type Ended = { state: 'delivered' | 'dead' | 'under_way'; receipts: Receipt[]; words: Words }

/** Resolves when a reply was delivered or given up, or with Ctrl-C; until then it tells what is waited for, when that changes. */
export async function follow({ station, say, progress, signal }: Context, reply: Sent): Promise<Ended> {
  let told = ''
  while (!signal.aborted) {
    const seen = await look(station, reply).catch(() => AWAY)
    if ('state' in seen) return seen
    const line = say(seen)
    if (line !== told) progress(line)
    told = line
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
  }
  return { state: 'under_way', receipts: [], words: onItsWay(reply.id) }
}

/** How it ended, or what it waits for. */
async function look({ redis, outboxBells }: Context['station'], { id, conversation }: Sent): Promise<Ended | Words> {
  const all = await readJournal(redis, conversation)
  const entries = all.filter(entry => entry.id === id)
  const listeners = { inbox: 0, outbox: await outboxBells.listeners() }
  const { state, words } = judge({ entries }, listeners, Date.now())
  const receipts = receiptsOf(entries)
  if (state === 'delivered') return { state, receipts, words: delivered(entries, receipts) }
  if (state === 'dead') return { state, receipts, words }
  if (state === 'stuck') return words
  // Replies of a conversation are delivered one after the other: what happened last is what this one waits for.
  const last = all.findLast(isOfDelivery)
  const isOther = last !== undefined && last.id !== id && last.event !== 'settled'
  if (last?.event === 'delivery_put_off') return putOff(last.detail.code, last.at + last.detail.afterMs, isOther)
  return isOther ? BEHIND : sentParts(receipts.length)
}

const isOfDelivery = ({ event }: JournalEntry): boolean => /^(delivering|part|delivery_put_off|settled)$/.test(event)

/** The time first, for a narrow terminal cuts the line. */
function putOff(code: string, until: number, isOther: boolean): Words {
  const why = code === 'Unavailable' ? PAUSE : alike(code)
  const time = (language: Language) =>
    new Date(until).toLocaleTimeString(language, { hour12: false, timeZoneName: 'short' })
  return {
    en: `${isOther ? 'The reply before it is put off' : 'Put off'} until ${time('en')}: ${why.en}`,
    zh: `${isOther ? '前面的回复推迟到' : '推迟到'} ${time('zh')}：${why.zh}`,
  }
}

const BEHIND = { en: 'It waits behind another reply of this chat.', zh: '在等同一聊天里前面的回复。' }

const sentParts = (count: number): Words => ({
  en: `On its way; parts that have arrived: ${count}`,
  zh: `投递中，已送达 ${count} 段`,
})

const PAUSE = { en: 'the platform asks for a pause, or is away', zh: '平台要求暂停，或没有应答' }

/** In the order of its parts. That of the last one is noted only when all is done. */
function receiptsOf(entries: JournalEntry[]): Receipt[] {
  const parts = new Map<number, Receipt>()
  let last: Receipt | undefined
  for (const { event, detail } of entries) {
    if (event === 'part' && detail.state === 'sent' && detail.receipt) parts.set(detail.index, detail.receipt)
    if (event === 'settled') last = detail.receipt
  }
  const sent = [...parts].toSorted(([one], [other]) => one - other).map(([, receipt]) => receipt)
  return last === undefined ? sent : [...sent, last]
}

function delivered(entries: JournalEntry[], receipts: Receipt[]): Words {
  const seconds = secondsOf(entries)
  const parts = receipts.length === 1 ? '' : ` in ${receipts.length} parts`
  return {
    en: `Delivered${parts} within ${seconds} s: ${receipts.join(', ')}`,
    zh: `已在 ${seconds} 秒内送达，共 ${receipts.length} 段：${receipts.join('、')}`,
  }
}

const onItsWay = (id: string) => ({
  en: `It is still on its way. How far it is: waystation trace ${id}`,
  zh: `仍在途中。查看进度：waystation trace ${id}`,
})

const AWAY = { en: 'Redis does not answer; it is asked again.', zh: 'Redis 没有应答，会继续询问。' }
