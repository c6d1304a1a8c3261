import { expect, test } from 'vitest'
import { z } from 'zod'
import { routingSettings } from './settings.ts'

const rule = (more: object) => ({ rules: [{ name: 'r', when: { words: ['x'] }, tier: 'local', ...more }] })
const when = (conditions: object) => rule({ when: conditions })
const faultsOf = (settings: unknown): string =>
  routingSettings
    .safeParse(settings)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join() ?? ''

test('nothing set is the starter rules, and the local tier for the rest', () => {
  const settings = routingSettings.parse(undefined)
  expect(settings).toMatchObject({ default: 'local', choice: 'everyone' })
  expect(settings.classifier).toBeUndefined()
  expect(settings.rules.map(({ name }) => name)).toEqual(expect.arrayContaining(['private-pay', 'finance', 'code']))
})

test("a company's own rules replace them", () => {
  expect(routingSettings.parse({ rules: [] }).rules).toEqual([])
})

test('one or a list is a list', () => {
  const [first] = routingSettings.parse(when({ channel: 'web', prefix: ['/a', '/b'] })).rules
  expect(first?.when).toEqual({ channel: ['web'], prefix: ['/a', '/b'] })
})

test.each([
  ['a misspelt condition', when({ word: ['x'] }), /word/],
  ['no condition', when({}), /at least one condition/],
  ['an invisible word', when({ words: [' \u200b'] }), /visible/],
  ['a wrong pattern, with its text', when({ pattern: '(INV' }), /rules\.0\.when\.pattern.*\(INV/],
  ['one wrong of several', when({ pattern: ['ok', '[z-a]'] }), /\[z-a\]/],
  ['crossed lengths', when({ minLength: 3, maxLength: 2 }), /minLength is above/],
  ['hours that are none', when({ hours: '9-18' }), /09:00-18:00/],
  ['hours without end', when({ hours: '09:00-09:00' }), /begins when it ends/],
  ['a time zone that is none', when({ hours: '09:00-18:00', timezone: 'Mars/Olympus' }), /IANA/],
  ['a time zone for nothing', when({ words: ['x'], timezone: 'UTC' }), /without hours or days/],
  ['a name with spaces', rule({ name: 'my rule' }), /40 of the characters/],
  ['a rule that says nothing', rule({ tier: undefined }), /decides nothing/],
  ['private and commercial', rule({ private: true, tier: 'commercial' }), /its tier is local/],
  ['one name twice', { rules: [...rule({}).rules, ...rule({}).rules] }, /rules\.1\.name: a second rule/],
  ['a single label', { classifier: { labels: { other: 'local' } } }, /two labels/],
])('%s is a fault', (_, settings, fault) => {
  expect(faultsOf(settings)).toMatch(fault)
})

test('every key is described to editors, and the starter rules are not written into the schema', () => {
  const schema = z.toJSONSchema(routingSettings, { io: 'input' })
  const bare: string[] = []
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties') {
        for (const [name, property] of Object.entries(value ?? {}))
          if (!Object.hasOwn(property ?? {}, 'description')) bare.push(`${path}/${name}`)
      }
      visit(value, `${path}/${key}`)
    }
  }
  visit(schema, '')
  expect(bare).toEqual([])
  expect(JSON.stringify(schema)).not.toContain('private-pay')
})
