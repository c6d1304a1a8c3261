import { expect, test } from 'vitest'
import { createLedger } from './ledger.ts'
import { questionOf } from './marks.ts'

const [ann, bob] = [1, 2]

function ledgerOf(...chats: number[]) {
  const ledger = createLedger()
  for (const chat of chats) ledger.ask({ chat, dueAt: 0, sentAt: 0 })
  return ledger
}

test('a question is answered by the first message of its chat that repeats it', () => {
  const ledger = ledgerOf(ann, bob)
  ledger.see({ chat: ann, text: `re: ${questionOf(0)}`, at: 5 })
  expect(ledger.asked.map(({ answeredAt }) => answeredAt)).toEqual([5, undefined])
  expect(ledger.counts()).toEqual({ asked: 2, answered: 1, answers: 1, lost: 1, duplicated: 0, outOfOrder: 0 })
})

test('one message may answer several, in their order', () => {
  const ledger = ledgerOf(ann, ann, ann)
  ledger.see({ chat: ann, text: `re: ${questionOf(0)}\n\n${questionOf(1)}`, at: 5 })
  ledger.see({ chat: ann, text: `re: ${questionOf(2)}`, at: 6 })
  expect(ledger.counts()).toMatchObject({ answered: 3, answers: 2, duplicated: 0, outOfOrder: 0 })
})

test('an answer that comes twice is counted, however often it comes', () => {
  const ledger = ledgerOf(ann)
  for (const at of [1, 2, 3]) ledger.see({ chat: ann, text: questionOf(0), at })
  expect(ledger.counts()).toMatchObject({ answered: 1, duplicated: 1 })
  expect(ledger.asked[0]?.answeredAt).toBe(1)
})

test('an answer that comes after that of a later question of its chat is out of order', () => {
  const ledger = ledgerOf(ann, bob, ann, ann)
  ledger.see({ chat: ann, text: questionOf(2), at: 1 })
  ledger.see({ chat: bob, text: questionOf(1), at: 2 })
  ledger.see({ chat: ann, text: questionOf(0), at: 3 })
  ledger.see({ chat: ann, text: questionOf(3), at: 4 })
  expect(ledger.counts()).toMatchObject({ lost: 0, outOfOrder: 1 })
})

test('an answer in the wrong chat, or to a question nobody asked, answers nothing', () => {
  const ledger = ledgerOf(ann)
  ledger.see({ chat: bob, text: questionOf(0), at: 1 })
  ledger.see({ chat: ann, text: questionOf(1), at: 1 })
  expect(ledger.counts()).toMatchObject({ answered: 0, lost: 1 })
})

test('the beginning of a mark is not taken for another mark', () => {
  const ledger = ledgerOf(...Array<number>(13).fill(ann))
  ledger.see({ chat: ann, text: questionOf(12).slice(0, 2), at: 1 })
  expect(ledger.counts().answered).toBe(0)
})
