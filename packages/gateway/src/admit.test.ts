import type { InboundMessage } from '@waystation/domain'
import { expect, test } from 'vitest'
import { admit } from './admit.ts'

const message = (more: Partial<InboundMessage> = {}): InboundMessage => ({
  id: 'm',
  conversation: 'telegram.1.2',
  sender: { id: '7' },
  text: 'hi',
  attachments: [],
  mentions: [],
  addressed: 'direct',
  sentAt: 0,
  receivedAt: 0,
  traceId: 't',
  ...more,
})

test('everybody is answered unless somebody is allowed by name', () => {
  expect(() => admit(message(), {})).not.toThrow()
  expect(() => admit(message(), { allow: [] })).toThrow('not_allowed')
  expect(() => admit(message(), { allow: ['8'] })).toThrow('not_allowed')
  expect(() => admit(message(), { allow: ['7'] })).not.toThrow()
  expect(() => admit(message(), { allow: ['telegram.1.2'] })).not.toThrow()
})

test('in a group the bot answers only when it is addressed', () => {
  expect(() => admit(message({ addressed: 'no' }), {})).toThrow('not_addressed')
  for (const addressed of ['mention', 'reply', 'command'] as const)
    expect(() => admit(message({ addressed }), {})).not.toThrow()
})

test('a text no model should be asked is refused', () => {
  expect(() => admit(message({ text: 'x'.repeat(32_000) }), {})).not.toThrow()
  expect(() => admit(message({ text: 'x'.repeat(32_001) }), {})).toThrow('too_long')
})
