import { expect, test } from 'vitest'
import { historySettings, lastExchange, recall, remember } from './history.ts'
import { estimateTokens } from './tokens.ts'

const settings = historySettings.parse({ tokens: 100 })
const exchange = (question: string, answer: string) =>
  remember({ question, replyId: `reply to ${question}`, answer }, settings).entries

test('what was said is recalled oldest first', () => {
  expect(recall([...exchange('q1', 'a1'), ...exchange('q2', 'a2')], settings)).toEqual([
    { role: 'user', content: 'q1' },
    { role: 'assistant', content: 'a1' },
    { role: 'user', content: 'q2' },
    { role: 'assistant', content: 'a2' },
  ])
})

test('the oldest is left out when the budget is spent, and what remains begins with a person', () => {
  const long = 'x'.repeat(200)
  const recalled = recall([...exchange('q1', long), ...exchange(long, 'a2')], settings)
  expect(recalled).toEqual([
    { role: 'user', content: long },
    { role: 'assistant', content: 'a2' },
  ])
  expect(recall(exchange(long, 'x'.repeat(300)), settings)).toEqual([])
})

test('no budget, no history', () => {
  expect(recall(exchange('q', 'a'), historySettings.parse({ tokens: 0 }))).toEqual([])
})

test('Chinese costs about a token a character, English a quarter', () => {
  expect(estimateTokens('驿站是什么')).toBe(5)
  expect(estimateTokens('what is it?!')).toBe(3)
})

test('the last exchange can be taken off and answered anew', () => {
  const entries = [...exchange('q1', 'a1'), ...exchange('q2', 'a2')]
  expect(lastExchange(entries)).toEqual({
    last: { question: 'q2', replyId: 'reply to q2', answer: 'a2' },
    before: exchange('q1', 'a1'),
  })
  expect(lastExchange([])).toBeUndefined()
  const anew = remember({ question: 'q2', replyId: 'r', answer: 'b2' }, settings, true)
  expect(anew.forget).toBe(anew.entries.length)
})
