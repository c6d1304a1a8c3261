import type { Text } from './channel.ts'
import { marksIn } from './marks.ts'

/**
 * A message that a person was to write at `dueAt` and wrote at `sentAt`; times are ms of `performance.now()`. No other of
 * its chat has its mark.
 */
export type Asked = { chat: string; mark: number; dueAt: number; sentAt: number }

/** What became of it. */
type Known = Asked & {
  /** From when its mark could be read, be it in an answer that still grew. */
  visibleAt?: number
  answer?: { message: string; at: number }
}

/** What the bot wrote. */
export type Seen = Text & { at: number }

export type Ledger = ReturnType<typeof createLedger>

/**
 * Sets what the bot wrote against what it was asked: an answer repeats the mark of every question it answers, and
 * answers them once it is whole. What answers in a chat where nobody asked answers nothing.
 */
export function createLedger() {
  const asked: Known[] = []
  const numbers = new Map<string, number>()
  const newest = new Map<string, number>()
  const duplicated = new Set<number>()
  let answered = 0
  let answers = 0
  let outOfOrder = 0

  function ask(question: Asked): void {
    numbers.set(nameOf(question), asked.length)
    asked.push({ ...question })
  }

  function see({ chat, message, text, isWhole, at }: Seen): void {
    const before = answered
    for (const mark of new Set(marksIn(text))) {
      const number = numbers.get(nameOf({ chat, mark })) ?? -1
      const question = asked[number]
      if (!question) continue
      question.visibleAt ??= at
      if (!isWhole) continue
      if (!question.answer) answer(number, question, { message, at })
      else if (question.answer.message !== message) duplicated.add(number)
    }
    if (answered > before) answers += 1
  }

  function answer(number: number, question: Known, by: { message: string; at: number }): void {
    question.answer = by
    answered += 1
    const last = newest.get(question.chat) ?? -1
    if (number < last) outOfOrder += 1
    else newest.set(question.chat, number)
  }

  return {
    ask,
    see,
    /** In the order they were asked. */
    asked: asked as readonly Readonly<Known>[],
    counts: () => ({
      asked: asked.length,
      answered,
      /** Fewer than the questions where one answers several. */
      answers,
      lost: asked.length - answered,
      duplicated: duplicated.size,
      outOfOrder,
    }),
  }
}

const nameOf = ({ chat, mark }: Pick<Asked, 'chat' | 'mark'>): string => `${chat} ${mark}`
