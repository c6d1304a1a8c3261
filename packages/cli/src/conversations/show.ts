import { createMemory } from '@waystation/conversations'
import type { ConversationId } from '@waystation/domain'
import { createConversations, readJournal } from '@waystation/mailbox'
import type { Redis } from '@waystation/redis'
import type { Answer, Context } from '../command.ts'
import type { Language, Words } from '../language.ts'
import { asWritten } from '../reading.ts'
import { counted, duration, fields } from '../text.ts'
import { outline, timeOf } from './outline.ts'
import { keptIn, linesOfKept } from './texts.ts'

type Options = { text?: boolean }

export async function show({ station, say }: Context, ids: ConversationId[], options: Options): Promise<Answer> {
  const all = await Promise.all(
    ids.map(async id => ({
      ...(await look(station.redis, id)),
      kept: options.text ? await keptIn(station.redis, id) : undefined,
    })),
  )
  const text = all
    .flatMap(({ turn, kept = [], ...of }) => [
      fields({ ...of, turn: turn && say(underWay(turn, Date.now())) }),
      ...(kept.length > 0 ? [asWritten(linesOfKept(kept, say))] : []),
    ])
    .join('\n\n')
  return { text, json: all }
}

async function look(redis: Redis, id: ConversationId) {
  const [conversations, memory] = [createConversations(redis), createMemory(redis)]
  const [sight, choices, extent, turn] = await Promise.all([
    conversations.look(id),
    memory.choices(id),
    memory.extent(id),
    turnOf(redis, id),
  ])
  return {
    ...outline(sight, choices),
    /** By `/system`. */
    hasSystemPrompt: choices.system !== undefined,
    ...extent,
    turn,
  }
}

type TurnNow = NonNullable<Awaited<ReturnType<typeof turnOf>>>

/** The turn that was taken and is not answered; `by`: who took it last; `putOff`: he has given it back. */
async function turnOf(redis: Redis, id: ConversationId) {
  const turn = await createConversations(redis).turn(id)
  if (turn === undefined) return undefined
  const entries = (await readJournal(redis, id)).filter(entry => entry.id === turn.replyId)
  const taken = entries.findLast(entry => entry.event === 'taken')
  const last = entries.findLast(({ event }) => event === 'taken' || event === 'put_off')
  return {
    ...turn,
    by: taken?.event === 'taken' ? taken.detail.by : undefined,
    since: timeOf(taken?.at),
    putOff:
      last?.event === 'put_off'
        ? { code: last.detail.code, until: new Date(last.at + last.detail.afterMs).toISOString() }
        : undefined,
  }
}

function underWay({ replyId, attempt, messages, by = '?', since, putOff }: TurnNow, now: number): Words {
  const ago = (language: Language) => (since === undefined ? '?' : duration(now - Date.parse(since), language))
  const later = (language: Language) => (putOff ? duration(Date.parse(putOff.until) - now, language) : '')
  return {
    en: `${replyId}: ${counted(messages, 'message')}, attempt ${attempt} by ${by}, begun ${ago('en')} ago${putOff ? `, put off (${putOff.code}), tried again in ${later('en')}` : ''}`,
    zh: `${replyId}：${messages} 条消息，第 ${attempt} 次尝试，由 ${by} 处理，${ago('zh')}前开始${putOff ? `，已推迟（${putOff.code}），${later('zh')}后再试` : ''}`,
  }
}
