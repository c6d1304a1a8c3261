import { expect, test } from 'vitest'
import { createLedger, type Seen } from './ledger.ts'
import { questionOf } from './marks.ts'

function ledgerOf(...chats: string[]) {
  const ledger = createLedger()
  for (const [mark, chat] of chats.entries()) ledger.ask({ chat, mark, dueAt: 0, sentAt: 0 })
  return ledger
}

/** A whole message of its own, in Ann's chat. */
const seen = ({ at = 1, ...fields }: Partial<Seen>): Seen => ({
  chat: 'ann',
  message: `message ${at}`,
  text: '',
  isWhole: true,
  at,
  ...fields,
})

test('a question is answered by the first message of its chat that repeats it', () => {
  const ledger = ledgerOf('ann', 'bob')
  ledger.see(seen({ text: `re: ${questionOf(0)}`, at: 5 }))
  expect(ledger.asked.map(({ answer }) => answer?.at)).toEqual([5, undefined])
  expect(ledger.counts()).toEqual({ asked: 2, answered: 1, answers: 1, lost: 1, duplicated: 0, outOfOrder: 0 })
})

test('one message may answer several, in their order', () => {
  const ledger = ledgerOf('ann', 'ann', 'ann')
  ledger.see(seen({ text: `re: ${questionOf(0)}\n\n${questionOf(1)}`, at: 5 }))
  ledger.see(seen({ text: `re: ${questionOf(2)}`, at: 6 }))
  expect(ledger.counts()).toMatchObject({ answered: 3, answers: 2, duplicated: 0, outOfOrder: 0 })
})

test('an answer that comes twice is counted, however often it comes', () => {
  const ledger = ledgerOf('ann')
  for (const at of [1, 2, 3]) ledger.see(seen({ text: questionOf(0), at }))
  expect(ledger.counts()).toMatchObject({ answered: 1, duplicated: 1 })
  expect(ledger.asked[0]?.answer?.at).toBe(1)
})

test('an answer that grows is visible at once, and answers when it is whole', () => {
  const ledger = ledgerOf('ann')
  const card = { message: 'card', text: questionOf(0) }
  ledger.see(seen({ ...card, isWhole: false, at: 1 }))
  expect(ledger.counts()).toMatchObject({ answered: 0, answers: 0 })
  for (const at of [2, 3]) ledger.see(seen({ ...card, at }))
  expect(ledger.counts()).toMatchObject({ answered: 1, answers: 1, duplicated: 0 })
  expect(ledger.asked[0]).toMatchObject({ visibleAt: 1, answer: { at: 2 } })
})

test('an answer that comes after that of a later question of its chat is out of order', () => {
  const ledger = ledgerOf('ann', 'bob', 'ann', 'ann')
  ledger.see(seen({ text: questionOf(2), at: 1 }))
  ledger.see(seen({ chat: 'bob', text: questionOf(1), at: 2 }))
  ledger.see(seen({ text: questionOf(0), at: 3 }))
  ledger.see(seen({ text: questionOf(3), at: 4 }))
  expect(ledger.counts()).toMatchObject({ lost: 0, outOfOrder: 1 })
})

test('an answer in the wrong chat, or to a question nobody asked, answers nothing', () => {
  const ledger = ledgerOf('ann')
  ledger.see(seen({ chat: 'bob', text: questionOf(0) }))
  ledger.see(seen({ text: questionOf(1) }))
  expect(ledger.counts()).toMatchObject({ answered: 0, lost: 1 })
})

test('of equal questions the chat tells which is answered', () => {
  const ledger = createLedger()
  for (const chat of ['ann', 'bob', 'cy']) ledger.ask({ chat, mark: 0, dueAt: 0, sentAt: 0 })
  for (const chat of ['bob', 'ann', 'ann']) ledger.see(seen({ chat, text: questionOf(0), message: `to ${chat}` }))
  ledger.see(seen({ text: questionOf(0), message: 'again' }))
  expect(ledger.counts()).toEqual({ asked: 3, answered: 2, answers: 2, lost: 1, duplicated: 1, outOfOrder: 0 })
})

test('the beginning of a mark is not taken for another mark', () => {
  const ledger = ledgerOf(...Array<string>(13).fill('ann'))
  ledger.see(seen({ text: questionOf(12).slice(0, 2) }))
  expect(ledger.counts().answered).toBe(0)
})
