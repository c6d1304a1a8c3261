import type { JournalEntry } from '@waystation/mailbox'
import type { Words } from '../language.ts'
import { duration } from '../text.ts'
import type { Life } from './find.ts'

type Listeners = { inbox: number; outbox: number }
/** `stuck`: it waits for somebody who is not there. */
export type Verdict = {
  state: 'delivered' | 'apologized' | 'stopped' | 'recalled' | 'dead' | 'under_way' | 'stuck'
  words: Words
}

/** How it ended, or where it is and what it waits for. */
export function judge({ entries }: Pick<Life, 'entries'>, listeners: Listeners, now: number): Verdict {
  const answering = entries.findLast(isOfAnswering)
  // While it is written, the reply is shown already.
  const last =
    answering === undefined || answering.event === 'committed'
      ? entries.findLast(({ event }) => event !== 'repeated')
      : answering
  switch (last?.event) {
    case 'settled':
      return last.detail.code ? deadReply(last.id, last.detail.code) : settled(entries)
    case 'recalled':
      return {
        state: 'recalled',
        words: { en: 'Taken back by its sender: not answered.', zh: '被发送者撤回：不作回答。' },
      }
    case 'committed':
      if (last.detail.state === 'none')
        return {
          state: 'stopped',
          words: { en: 'Stopped by the person before there was an answer.', zh: '在有回答之前被提问者停止。' },
        }
      return waits(last, listeners.outbox, IN_OUTBOX, now)
    case 'put':
      return waits(last, listeners.outbox, IN_OUTBOX, now)
    case 'replayed':
      if (last.detail.kind === 'turn') return waits(last, listeners.inbox, IN_INBOX, now)
      return waits(last, listeners.outbox, IN_OUTBOX, now)
    case 'delivering':
    case 'part':
    case 'delivery_put_off':
      return waits(last, listeners.outbox, { en: 'The reply is being delivered', zh: '回复正在投递' }, now)
    case 'posted':
      return waits(last, listeners.inbox, IN_INBOX, now)
    default:
      return waits(last, listeners.inbox, { en: 'It is being answered', zh: '正在回答' }, now)
  }
}

const IN_INBOX = { en: 'It waits in the inbox for a worker', zh: '在收件箱里等 inference' }
const IN_OUTBOX = { en: 'The reply waits for a sender', zh: '回复在等 sender' }

const isOfAnswering = ({ event, detail }: JournalEntry): boolean =>
  ['posted', 'recalled', 'started', 'taken', 'opened', 'put_off', 'committed'].includes(event) ||
  ('kind' in detail && detail.kind === 'turn')

function settled(entries: JournalEntry[]): Verdict {
  const committed = entries.findLast(entry => entry.event === 'committed')
  if (committed?.event === 'committed' && committed.detail.state === 'failed')
    return {
      state: 'apologized',
      words: {
        en: `Given up (${committed.detail.code}): the person read an apology. \`waystation dlq replay ${committed.id}\` asks again.`,
        zh: `已放弃（${committed.detail.code}）：提问者看到了致歉。\`waystation dlq replay ${committed.id}\` 可再问一次。`,
      },
    }
  const seconds = secondsOf(entries)
  return {
    state: 'delivered',
    words: { en: `Delivered, ${seconds} s after it came.`, zh: `已送达，历时 ${seconds} 秒。` },
  }
}

/** From the first of them to the last. */
export const secondsOf = (entries: readonly JournalEntry[]): string =>
  (((entries.at(-1)?.at ?? 0) - (entries[0]?.at ?? 0)) / 1000).toFixed(3)

const deadReply = (id: string, code: string): Verdict => ({
  state: 'dead',
  words: {
    en: `The reply could not be delivered (${code}). \`waystation dlq show ${id}\` has it.`,
    zh: `回复无法送达（${code}）。见 \`waystation dlq show ${id}\`。`,
  },
})

function waits(last: JournalEntry | undefined, listeners: number, where: Words, now: number): Verdict {
  if (listeners === 0)
    return {
      state: 'stuck',
      words: {
        en: `${where.en}, but no process that could go on with it runs.`,
        zh: `${where.zh}，但没有能继续处理它的进程在运行。`,
      },
    }
  const since = now - (last?.at ?? now)
  const until = last && 'afterMs' in last.detail ? last.detail.afterMs - since : 0
  const next =
    until > 0
      ? { en: `; tried again in ${duration(until, 'en')}`, zh: `；${duration(until, 'zh')}后再试` }
      : { en: '', zh: '' }
  return {
    state: 'under_way',
    words: {
      en: `${where.en}, for ${duration(since, 'en')}${next.en}.`,
      zh: `${where.zh}，已 ${duration(since, 'zh')}${next.zh}。`,
    },
  }
}
