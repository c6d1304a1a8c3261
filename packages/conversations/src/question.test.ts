import type { InboundMessage } from '@waystation/domain'
import { expect, test } from 'vitest'
import { argumentOf } from './commands.ts'
import { questionOf } from './question.ts'

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
const question = (...messages: [InboundMessage, ...InboundMessage[]]) => questionOf({ messages })

test('all that is asked is one question', () => {
  expect(question(message('one'), message('two'))).toBe('one\n\ntwo')
})

test('in a group the model knows who speaks, in private it needs not', () => {
  expect(question(message('hi', { addressed: 'mention' }))).toBe('Ann: hi')
  expect(question(message('hi'))).toBe('hi')
})

test('what a message quotes and carries is said with it', () => {
  const replyTo = { id: '1', text: 'first\nsecond', toBot: true }
  const attachments = [{ kind: 'file' as const, name: 'plan.pdf' }, { kind: 'image' as const }]
  expect(question(message('why?', { replyTo, attachments }))).toBe('> first\n> second\nwhy?\n[file: plan.pdf]\n[image]')
})

test('the choice of a model is not part of the question', () => {
  expect(question(message('@pro why?', { addressed: 'mention' }), message('＠本地 嗯？'))).toBe('Ann: why?\n\n嗯？')
})

test.each([
  ['/persona pirate', 'pirate'],
  ['/persona   Pirate  ', 'Pirate'],
  ['/persona', ''],
  ['/system\nBe stern.\n\nNever joke.', 'Be stern.\n\nNever joke.'],
  ['/system /help is a command', '/help is a command'],
  ['/persona 律师', '律师'],
])('behind %j stands %j', (text, argument) => {
  expect(argumentOf({ text })).toBe(argument)
})
