import { commands } from '@waystation/domain'
import { expect, test } from 'vitest'
import * as chosen from './chosen.ts'
import { commandReply } from './help.ts'
import * as phrases from './phrases.ts'
import { type Language, languageOf } from './phrases.ts'
import { usage } from './usage.ts'
import { why } from './why.ts'

const spent = { answers: 1, promptTokens: 12_345, completionTokens: 678, cost: 0.00123 }
const names = ['default', 'pirate']

const sayings: Record<string, (language: Language) => string> = {
  help: language => commandReply('help', language),
  start: language => commandReply('start', language),
  reset: language => commandReply('reset', language),
  stop: language => commandReply('stop', language),
  apology: language => phrases.apology('abc123', language),
  cutOff: phrases.cutOff,
  goOn: phrases.goOn,
  nothingToGoOn: phrases.nothingToGoOn,
  nothingToRetry: phrases.nothingToRetry,
  onlyLocal: phrases.onlyLocal,
  overBudget: phrases.overBudget,
  adminsOnly: chosen.adminsOnly,
  modelChosen: language => chosen.modelChosen('commercial', language),
  modelAuto: language => chosen.modelChosen('auto', language),
  modelsToChoose: language => chosen.modelsToChoose('commercial', language),
  personaChosen: language => chosen.personaChosen('pirate', language),
  personasToChoose: language => chosen.personasToChoose('default', names, language),
  systemChosen: language => chosen.systemChosen('x', language),
  systemTakenBack: language => chosen.systemChosen('', language),
  unknownPersona: language => chosen.unknownPersona(names, language),
  usage: language => usage({ today: spent, month: spent }, language),
  nothingToExplain: language => why(undefined, language),
}

test.each(Object.keys(sayings))('%s is said in both languages', name => {
  expect(sayings[name]?.('zh')).toMatch(/\p{Script=Han}/u)
  expect(sayings[name]?.('en')).not.toMatch(/\p{Script=Han}/u)
})

test.each([
  ['你好', undefined, 'zh'],
  ['/help', 'zh-hans', 'zh'],
  ['hello', 'en', 'en'],
  ['مرحبا', 'ar', 'en'],
] as const)('%s by a person with %s is answered in %s', (text, language, expected) => {
  expect(languageOf({ text, sender: { id: '7', ...(language ? { language } : {}) } })).toBe(expected)
})

test('the help knows every command', () => {
  for (const language of ['en', 'zh'] as const)
    for (const command of commands.filter(it => it !== 'start'))
      expect(commandReply('help', language)).toContain(`/${command}`)
})

test('an apology names the trace, and lists name what there is', () => {
  expect(phrases.apology('abc123', 'zh')).toContain('abc123')
  expect(phrases.cutOff('en')).toBe('(cut off: /more goes on)')
  expect(chosen.unknownPersona(names, 'en')).toContain('default, pirate')
  expect(chosen.modelsToChoose('commercial', 'en')).toContain('Now: pro')
})

const local = { tier: 'local', model: 'qwen3:8b' } as const
const commercial = { tier: 'commercial', model: 'gpt' } as const

test.each([
  [
    { ...commercial, reason: 'rule:finance' },
    'The last answer came from the commercial model (gpt): the rule "finance" wants it so.',
  ],
  [
    { ...local, reason: 'rule:a:b' },
    'The last answer came from the local model (qwen3:8b): the rule "a:b" wants it so.',
  ],
  [
    { ...local, reason: 'choice', isPrivate: true },
    'The last answer came from the local model (qwen3:8b): you chose it. It is private and stays in the house.',
  ],
  [
    { ...local, reason: 'classifier:code, over budget' },
    'The last answer came from the local model (qwen3:8b): the question was taken for "code". It stood in for the other one, whose budget is spent.',
  ],
  [
    { ...local, reason: 'default, fallback, cached' },
    'The last answer came from the local model (qwen3:8b): no rule says otherwise. It stood in for the other one, which did not answer. It had been given to the same question before.',
  ],
])('%j is explained', (route, words) => {
  expect(why(route, 'en')).toBe(words)
  expect(why(route, 'zh')).toMatch(/^上一条回答来自.*。$/)
})

test('usage is told in numbers that can be read', () => {
  const month = { answers: 20, promptTokens: 1_000_000, completionTokens: 0, cost: 12.5 }
  expect(usage({ today: spent, month }, 'en')).toBe(
    'You have used:\n\n- today: 1 answer, 12,345 tokens read and 678 written, cost 0.00123\n' +
      '- this month: 20 answers, 1,000,000 tokens read and 0 written, cost 12.50',
  )
})
