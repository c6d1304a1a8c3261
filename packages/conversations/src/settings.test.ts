import { expect, test } from 'vitest'
import { z } from 'zod'
import { isAdmin } from './commands.ts'
import { personaNamed, personaNames, personaOf } from './personas.ts'
import { settings } from './settings.ts'

const pirate = { prompt: 'be a pirate', maxTokens: 200, temperature: 0.7 }
const known = settings.parse({ persona: 'be kind', personas: { Pirate: pirate, 律师: { prompt: '像律师一样' } } })

test.each([
  [{}, { name: 'default', prompt: 'be kind' }],
  [{ persona: 'Pirate' }, { name: 'Pirate', ...pirate }],
  [{ persona: '律师' }, { name: '律师', prompt: '像律师一样' }],
  [{ persona: 'gone' }, { name: 'default', prompt: 'be kind' }],
  [{ persona: 'toString' }, { name: 'default', prompt: 'be kind' }],
  [
    { persona: 'Pirate', system: 'be stern' },
    { ...pirate, name: 'Pirate', prompt: 'be stern' },
  ],
  [{ system: 'be stern' }, { name: 'default', prompt: 'be stern' }],
])('who chose %j talks to %j', (choices, persona) => {
  expect(personaOf(choices, known)).toEqual(persona)
})

test('personas are called by name, in capitals or not', () => {
  expect(personaNames(known)).toEqual(['default', 'Pirate', '律师'])
  expect(['pirate', 'PIRATE', '律师', 'Default', 'nobody', ''].map(name => personaNamed(name, known))).toEqual([
    'Pirate',
    'Pirate',
    '律师',
    'default',
    undefined,
    undefined,
  ])
})

test('/system is for administrators, and there are none by default', () => {
  const message = { sender: { id: '7' } }
  expect(isAdmin(message, { admins: ['7'] })).toBe(true)
  expect(isAdmin(message, { admins: ['8'] })).toBe(false)
  expect(isAdmin(message, {})).toBe(false)
})

test('what other packages read may stand in the same file, a misspelt key may not', () => {
  expect(settings.safeParse({ models: { endpoints: [] }, routing: {}, budgets: [], cache: {} }).success).toBe(true)
  expect(settings.safeParse({ model: {} }).success).toBe(false)
  expect(settings.extend({ models: z.strictObject({}) }).safeParse({ models: { x: 1 } }).success).toBe(false)
})

test.each([
  [{ personas: { 'two words': { prompt: 'x' } } }, 'a name is one word'],
  [{ personas: { default: { prompt: 'x' } } }, 'the default one stands under persona'],
  [{ personas: { pirate: 'x' } }, 'expected object'],
  [{ personas: { pirate: { prompt: 'x', maxToken: 5 } } }, 'maxToken'],
  [{ access: { admins: [7] } }, 'expected string'],
])('%j is a fault: %s', (file, fault) => {
  expect(settings.safeParse(file).error?.message).toContain(fault)
})

test('editors are told of every key', () => {
  type Schema = { description?: string; properties?: Record<string, Schema> }
  const undescribed = ({ properties = {} }: Schema, path = ''): string[] =>
    Object.entries(properties).flatMap(([name, schema]) => [
      ...(schema.description ? [] : [`${path}${name}`]),
      ...undescribed(schema, `${path}${name}.`),
    ])
  // JSON Schema's own type is far wider than what is looked at here.
  expect(undescribed(z.toJSONSchema(settings, { io: 'input' }) as Schema)).toEqual([])
})
