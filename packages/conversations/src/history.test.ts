import { expect, test } from 'vitest'
import { type Exchange, forget, historySettings, lastExchange, readHistory, remember, summaryLine } from './history.ts'

const settings = historySettings.parse({})
const exchange = (question: string, answer: string): Exchange => ({ question, replyId: `to ${question}`, answer })
const lines = (...exchanges: Exchange[]) => exchanges.flatMap(it => remember(it, settings).entries)

test('what was said is read again, oldest first, with what it costs and who said it', () => {
  const route = { tier: 'commercial', model: 'm', reason: 'default' } as const
  expect(readHistory(lines({ ...exchange('hello world', '你好'), route }))).toEqual({
    entries: [
      { role: 'user', content: 'hello world', tokens: 2 },
      { role: 'assistant', content: '你好', tokens: 1, replyId: 'to hello world', route },
    ],
  })
})

test('what was private is marked so on both sides', () => {
  const route = { tier: 'local', model: 'm', reason: 'rule:salary', isPrivate: true } as const
  const { entries } = readHistory(lines({ ...exchange('q', 'a'), route }))
  expect(entries.map(({ isPrivate }) => isPrivate)).toEqual([true, true])
})

test('a summary stands before what was said since', () => {
  const { summary, entries } = readHistory([summaryLine('they met'), ...lines(exchange('q', 'a'))])
  expect(summary).toBe('they met')
  expect(entries).toHaveLength(2)
})

test('what was written without its cost is counted, and what remains of an exchange is left out', () => {
  const [, answer = '', ...others] = lines(exchange('q1', 'a1'), exchange('q2', 'a2'))
  expect(readHistory([answer, ...others]).entries.map(({ content }) => content)).toEqual(['q2', 'a2'])
  expect(readHistory([answer]).entries).toEqual([])
  const old = [JSON.stringify({ role: 'user', content: 'hello world' }), answer]
  expect(readHistory(old).entries[0]?.tokens).toBe(2)
})

test('a very long text is remembered without its middle', () => {
  const [question] = readHistory(lines(exchange('x'.repeat(100_000), 'a'))).entries
  expect(question?.content.length).toBeLessThan(16_100)
})

test('the last exchange can be taken off and answered anew', () => {
  const { entries } = readHistory(lines(exchange('q1', 'a1'), exchange('q2', 'a2')))
  expect(lastExchange(entries)).toEqual({
    last: { question: 'q2', replyId: 'to q2', answer: 'a2' },
    before: entries.slice(0, 2),
  })
  expect(lastExchange([])).toBeUndefined()
  const anew = remember(exchange('q2', 'b2'), settings, true)
  expect(anew.forget).toBe(anew.entries.length)
})

test('forgetting leaves nothing, however much there was, and no history is still an exchange to answer anew', () => {
  expect(forget.forget).toBeGreaterThanOrEqual(remember(exchange('q', 'a'), settings).maxEntries)
  expect(remember(exchange('q', 'a'), historySettings.parse({ tokens: 0 })).maxEntries).toBe(2)
})
