import type { Inquiry } from '@waystation/domain'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import type { Classify } from './classifier.ts'
import { createRouter } from './route.ts'
import type { ruleList } from './rule.ts'
import { routingSettings } from './settings.ts'

const inquiry: Inquiry = {
  conversation: 'web.bot.c1',
  traceId: 't',
  sender: { id: 'u1' },
  senders: [],
  texts: ['hello'],
  hasAttachments: false,
  isPrivate: false,
  persona: { name: 'default', prompt: '' },
  isFresh: true,
  isAgain: false,
  promptFor: () => [],
}
const rules = [
  { name: 'money', when: { words: ['invoice'] }, tier: 'commercial', maxTokens: 300, cache: false },
  { name: 'short', when: { words: ['brief'] }, temperature: 0.3 },
  { name: 'pay', when: { words: ['payslip'] }, private: true },
] satisfies z.input<typeof ruleList>

type Setting = NonNullable<z.input<typeof routingSettings>> & { classify?: Classify }

function decide(about: Partial<Inquiry>, { classify, ...settings }: Setting = {}) {
  const route = createRouter({ settings: routingSettings.parse({ rules, ...settings }), classify, now: () => 0 })
  return route({ ...inquiry, ...about }, new AbortController().signal)
}
const sorts: Classify = async () => ({ label: 'finance', tier: 'commercial' })
const mustNotBeAsked: Classify = async () => expect.unreachable()

test.each<[string, Partial<Inquiry>, Setting, string, string]>([
  ['the default', {}, {}, 'local', 'default'],
  ['another default', {}, { default: 'commercial' }, 'commercial', 'default'],
  ['a rule', { texts: ['an invoice'] }, {}, 'commercial', 'rule:money'],
  ['the classifier, where no rule matches', {}, { classify: sorts }, 'commercial', 'classifier:finance'],
  [
    'the classifier, where the rule names no tier',
    { texts: ['be brief'] },
    { classify: sorts },
    'commercial',
    'classifier:finance',
  ],
  ['the default, where the classifier does not know', {}, { classify: async () => undefined }, 'local', 'default'],
  ['a rule before the classifier', { texts: ['an invoice'] }, { classify: mustNotBeAsked }, 'commercial', 'rule:money'],
  [
    'the person before a rule',
    { texts: ['an invoice'], choice: 'local' },
    { classify: mustNotBeAsked },
    'local',
    'choice',
  ],
  ['a person who may', { choice: 'commercial' }, { choice: ['u1'] }, 'commercial', 'choice'],
  ['not a person who may not', { choice: 'commercial' }, { choice: ['u2'] }, 'local', 'default'],
  ['nobody', { choice: 'commercial' }, { choice: 'nobody' }, 'local', 'default'],
])('decided by %s', async (_, about, settings, tier, reason) => {
  expect(await decide(about, settings)).toMatchObject({ tier, reason, isPrivate: false })
})

test.each<[string, Partial<Inquiry>, string]>([
  ['a mark from before', { isPrivate: true }, 'private'],
  ['a rule', { texts: ['my payslip'] }, 'rule:pay'],
  ['a rule behind one for the other tier', { texts: ['invoice or payslip'] }, 'rule:pay'],
  ['a rule for one of several messages', { texts: ['an invoice', 'my payslip'] }, 'rule:pay'],
])('%s keeps it in the house, whatever is chosen or set, unsorted and uncached', async (_, about, reason) => {
  for (const choice of ['local', 'commercial'] as const) {
    const decision = await decide({ ...about, choice }, { default: 'commercial', classify: mustNotBeAsked })
    expect(decision).toMatchObject({ tier: 'local', isPrivate: true, mayCache: false, reason })
  }
})

test('the first rule that matches sets the parameters, whoever decides', async () => {
  expect(await decide({ texts: ['a brief invoice'], choice: 'local' })).toEqual({
    tier: 'local',
    isPrivate: false,
    reason: 'choice',
    mayCache: false,
    maxTokens: 300,
  })
  expect(await decide({ texts: ['be brief'] })).toMatchObject({ mayCache: true, temperature: 0.3 })
})
