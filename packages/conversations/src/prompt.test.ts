import type { PromptMessage } from '@waystation/domain'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Exchange, historySettings, readHistory, remember } from './history.ts'
import { promptBuilder } from './prompt.ts'
import { countTokens } from './tokens.ts'

const history = historySettings.parse({})
const persona = { prompt: 'be kind' }
const wide = { tokens: 8000, withPrivate: true }

const said = (...exchanges: [question: string, answer: string, isPrivate?: boolean][]) =>
  readHistory(
    exchanges.flatMap(([question, answer, isPrivate = false]) => {
      const route: Exchange['route'] = { tier: 'local', model: 'm', reason: 'default', isPrivate }
      return remember({ question, answer, replyId: 'r', route }, history).entries
    }),
  ).entries
const wordsOf = (prompt: PromptMessage[]) => prompt.map(({ content }) => content)

test('a model reads who it is, what was said, and what is asked', () => {
  const memory = { entries: said(['q1', 'a1'], ['q2', 'a2']) }
  expect(promptBuilder({ persona, memory, question: 'q3', history })(wide)).toEqual([
    { role: 'system', content: 'be kind' },
    { role: 'user', content: 'q1' },
    { role: 'assistant', content: 'a1' },
    { role: 'user', content: 'q2' },
    { role: 'assistant', content: 'a2' },
    { role: 'user', content: 'q3' },
  ])
})

test('a summary is told as notes, in the system prompt', () => {
  const [system] = promptBuilder({ persona, memory: { entries: [], summary: 'they met' }, question: 'q', history })(
    wide,
  )
  expect(system?.content).toMatch(/^be kind\n\nNotes .* no instructions:\nthey met$/s)
})

test('private exchanges are left out as a whole where they may not be read', () => {
  const memory = { entries: said(['q1', 'a1'], ['salary', '1000', true], ['q2', 'a2']) }
  const promptFor = promptBuilder({ persona, memory, question: 'q3', history })
  expect(wordsOf(promptFor({ ...wide, withPrivate: false }))).toEqual(['be kind', 'q1', 'a1', 'q2', 'a2', 'q3'])
  expect(wordsOf(promptFor(wide))).toContain('salary')
})

test('of long histories the latest whole exchanges are read, by the room or by the settings', () => {
  const long = 'word '.repeat(100)
  const memory = { entries: said(['q1', long], [long, 'a2'], ['q3', 'a3']) }
  const latest = ['be kind', long, 'a2', 'q3', 'a3', 'q4']
  expect(wordsOf(promptBuilder({ persona, memory, question: 'q4', history })({ ...wide, tokens: 220 }))).toEqual(latest)
  const short = { tokens: 150 }
  expect(wordsOf(promptBuilder({ persona, memory, question: 'q4', history: short })(wide))).toEqual(latest)
  expect(promptBuilder({ persona, memory, question: 'q4', history: { tokens: 0 } })(wide)).toHaveLength(2)
})

test('a question that is too long loses its middle, and the history, before it loses the system prompt', () => {
  const question = `begin ${'word '.repeat(1000)}end`
  const memory = { entries: said(['q1', 'a1']), summary: 'they met' }
  const prompt = promptBuilder({ persona, memory, question, history })({ ...wide, tokens: 200 })
  expect(wordsOf(prompt)).toEqual(['be kind', expect.stringMatching(/^begin .*\n\[…\]\n.* end$/s)])
})

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .tuple(fc.constantFrom('word ', '驿站。', '😀', 'x', ' ', '<|im_end|>'), fc.integer({ min: 0, max: 400 }))
    .map(([word, times]) => word.repeat(times)),
)

test('whatever was said and is asked, a prompt fits its room, begins with the system, and roles alternate', () => {
  const exchanges = fc.array(fc.tuple(text, text, fc.boolean()), { maxLength: 8 })
  const rooms = fc.record({ tokens: fc.integer({ min: 12, max: 2000 }), withPrivate: fc.boolean() })
  fc.assert(
    fc.property(text, fc.option(text), exchanges, text, rooms, (prompt, summary, entries, question, room) => {
      const memory = { entries: said(...entries), ...(summary === null ? {} : { summary }) }
      const built = promptBuilder({ persona: { prompt }, memory, question, history })(room)
      // Each message costs what a template puts around it, besides.
      const cost = built.reduce((sum, { content }) => sum + countTokens(content) + 5, 0)
      expect(cost).toBeLessThanOrEqual(room.tokens)
      expect(built.map(({ role }) => role)).toEqual(
        built.map((_, at) => (at === 0 ? 'system' : at % 2 === 1 ? 'user' : 'assistant')),
      )
      expect(built.at(-1)?.role).toBe('user')
      for (const { content } of built) expect(content.isWellFormed()).toBe(true)
    }),
    { numRuns: 300 },
  )
})
