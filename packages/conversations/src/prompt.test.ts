import type { InboundMessage, Turn } from '@waystation/domain'
import { expect, test } from 'vitest'
import { apology, commandReply, languageOf } from './phrases.ts'
import { buildPrompt, questionOf } from './prompt.ts'

const message = (text: string, more: Partial<InboundMessage> = {}): InboundMessage => ({
  id: 'm',
  conversation: 'telegram.1.2',
  sender: { id: '7', name: 'Ann' },
  text,
  attachments: [],
  mentions: [],
  addressed: 'direct',
  sentAt: 0,
  receivedAt: 0,
  traceId: 't',
  ...more,
})
const turn = (...messages: [InboundMessage, ...InboundMessage[]]): Turn => ({
  replyId: 'r',
  conversation: 'telegram.1.2',
  messages,
  attempt: 1,
  failures: 0,
  crashes: 0,
  startedAt: 0,
})

test('a model reads who it is, what was said, and all that is asked as one message', () => {
  const said = [{ role: 'user', content: 'before' }] as const
  expect(buildPrompt('be kind', [...said], questionOf(turn(message('one'), message('two'))))).toEqual([
    { role: 'system', content: 'be kind' },
    { role: 'user', content: 'before' },
    { role: 'user', content: 'one\n\ntwo' },
  ])
})

test('in a group the model knows who speaks, in private it needs not', () => {
  expect(questionOf(turn(message('hi', { addressed: 'mention' })))).toBe('Ann: hi')
  expect(questionOf(turn(message('hi')))).toBe('hi')
})

test('what a message quotes and carries is said with it', () => {
  const replyTo = { id: '1', text: 'first\nsecond', toBot: true }
  const attachments = [{ kind: 'file' as const, name: 'plan.pdf' }, { kind: 'image' as const }]
  expect(questionOf(turn(message('why?', { replyTo, attachments })))).toBe(
    '> first\n> second\nwhy?\n[file: plan.pdf]\n[image]',
  )
})

test.each([
  ['你好', undefined, 'zh'],
  ['/help', 'zh-hans', 'zh'],
  ['hello', 'en', 'en'],
  ['مرحبا', 'ar', 'en'],
] as const)('%s by a person with %s is answered in %s', (text, language, expected) => {
  expect(languageOf(message(text, { sender: { id: '7', ...(language ? { language } : {}) } }))).toBe(expected)
})

test('what the assistant says of itself exists in both languages, and an apology names the trace', () => {
  for (const command of ['help', 'reset', 'start', 'stop'] as const) {
    expect(commandReply(command, 'zh')).toMatch(/\p{Script=Han}/u)
    expect(commandReply(command, 'en')).not.toMatch(/\p{Script=Han}/u)
  }
  expect(apology('abc123', 'en')).toContain('abc123')
  expect(apology('abc123', 'zh')).toContain('abc123')
})
