import { marksIn } from './marks.ts'

/** A message that a person was to write at `dueAt` and wrote at `sentAt`; times are ms of `performance.now()`. */
export type Asked = { chat: number; dueAt: number; sentAt: number; answeredAt?: number }

/** What the bot wrote. */
export type Seen = { chat: number; text: string; at: number }

export type Ledger = ReturnType<typeof createLedger>

/**
 * Sets what the bot wrote against what it was asked: an answer repeats the mark of every question it answers. What
 * answers in a chat where nobody asked answers nothing.
 */
export function createLedger() {
  const asked: Asked[] = []
  const newest = new Map<number, number>()
  const duplicated = new Set<number>()
  let answered = 0
  let answers = 0
  let outOfOrder = 0

  /** Notes a question, and returns the number of its mark. */
  function ask(question: Asked): number {
    return asked.push(question) - 1
  }

  function see({ chat, text, at }: Seen): void {
    const before = answered
    for (const mark of new Set(marksIn(text))) {
      const question = asked[mark]
      if (question?.chat !== chat) continue
      if (question.answeredAt === undefined) answer(mark, question, at)
      else duplicated.add(mark)
    }
    if (answered > before) answers += 1
  }

  function answer(mark: number, question: Asked, at: number): void {
    question.answeredAt = at
    answered += 1
    const last = newest.get(question.chat) ?? -1
    if (mark < last) outOfOrder += 1
    else newest.set(question.chat, mark)
  }

  return {
    ask,
    see,
    /** By mark. */
    asked: asked as readonly Asked[],
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
