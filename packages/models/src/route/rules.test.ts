import { expect, test } from 'vitest'
import { z } from 'zod'
import { ruleList } from './rule.ts'
import { createRules } from './rules.ts'

type Match = ReturnType<typeof createRules>
type About = Parameters<Match>[0]

const MONDAY_NOON = Date.parse('2026-01-05T12:00:00Z')
const hello: About = {
  conversation: 'telegram.bot.-1001.7',
  senders: ['u1'],
  texts: ['hello'],
  hasAttachments: false,
}

const rules = (...list: z.input<typeof ruleList>): Match => createRules(ruleList.parse(list))
const holds = (when: z.input<typeof ruleList>[number]['when'], about: Partial<About> = {}): boolean =>
  rules({ name: 'r', when, tier: 'local' })({ ...hello, ...about }, MONDAY_NOON).first !== undefined

test.each([
  ['its channel', { channel: 'telegram' }, { channel: ['feishu', 'web'] }],
  ['a whole conversation', { conversation: 'telegram.bot.-1001.7' }, { conversation: 'telegram.bot.-1001.70' }],
  ['the first parts of one', { conversation: ['telegram.bot.-1001'] }, { conversation: 'telegram.bot.-100' }],
  ['a person', { sender: ['u2', 'u1'] }, { sender: 'u' }],
  ['a beginning', { prefix: 'Hello' }, { prefix: '/bill' }],
  ['a word', { words: ['bye', 'hello'] }, { words: ['hell'] }],
  ['a pattern', { pattern: '^h.l+o$' }, { pattern: '^ello' }],
  ['a length', { minLength: 5, maxLength: 5 }, { minLength: 6 }],
  ['another length', { maxLength: 5 }, { maxLength: 4 }],
  ['attachments', { attachments: false }, { attachments: true }],
  ['a time', { hours: '11:00-13:00', timezone: 'UTC' }, { hours: '13:00-11:00', timezone: 'UTC' }],
  ['a day', { days: ['mon'], timezone: 'UTC' }, { days: ['tue'], timezone: 'UTC' }],
] as const)('a rule matches by %s', (_, yes, no) => {
  const when = z.record(z.string(), z.unknown())
  const matches = (conditions: object) =>
    createRules(ruleList.parse([{ name: 'r', when: when.parse(conditions), tier: 'local' }]))(hello, MONDAY_NOON)
  expect(matches(yes).first?.name).toBe('r')
  expect(matches(no).first).toBeUndefined()
})

test('all conditions must hold', () => {
  expect(holds({ channel: 'telegram', words: ['hello'] })).toBe(true)
  expect(holds({ channel: 'telegram', words: ['bye'] })).toBe(false)
  expect(holds({ channel: 'web', words: ['hello'] })).toBe(false)
})

test('and, where they are about text, for one and the same message', () => {
  const when = { words: ['invoice'], maxLength: 10 }
  expect(holds(when, { texts: ['hi', 'an invoice'] })).toBe(true)
  expect(holds(when, { texts: ['hi', 'an invoice that is long'] })).toBe(false)
})

test.each([
  ['/bill', true],
  ['/bill March', true],
  ['  /BILL@bot', true],
  ['/bill本月', true],
  ['/billing', false],
  ['my /bill', false],
])('/bill is what %s begins with: %s', (text, expected) => {
  expect(holds({ prefix: '/bill' }, { texts: [text] })).toBe(expected)
})

test('who sends only a picture is met by rules that ask for no text', () => {
  expect(holds({ attachments: true }, { texts: [], hasAttachments: true })).toBe(true)
  expect(holds({ attachments: true, words: ['hello'] }, { texts: [], hasAttachments: true })).toBe(false)
})

test('the first rule in the list wins over the first message', () => {
  const match = rules(
    { name: 'money', when: { words: ['invoice'] }, tier: 'commercial' },
    { name: 'greeting', when: { words: ['hello'] }, tier: 'local' },
  )
  expect(match({ ...hello, texts: ['hello', 'the invoice please'] }, MONDAY_NOON).first?.name).toBe('money')
})

test('a private rule counts wherever it stands, and whichever message it meets', () => {
  const match = rules(
    { name: 'money', when: { words: ['invoice'] }, tier: 'commercial' },
    { name: 'pay', when: { words: ['payslip'] }, private: true },
  )
  const { first, pin } = match({ ...hello, texts: ['the invoice', 'my payslip'] }, MONDAY_NOON)
  expect([first?.name, pin?.name]).toEqual(['money', 'pay'])
})
