import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutToCharacters, cutToTokens } from './cut.ts'
import { countTokens } from './tokens.ts'

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.array(fc.constantFrom('word ', '驿站', '😀', '\n', '!'), { maxLength: 400 }).map(words => words.join('')),
)

test('a text is cut to what it may cost, and never inside a character', () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: -5, max: 200 }), (text, tokens) => {
      const cut = cutToTokens(text, tokens)
      expect(countTokens(cut)).toBeLessThanOrEqual(Math.max(tokens, 0))
      expect(cut.isWellFormed()).toBe(true)
      if (tokens >= 0 && countTokens(text) <= tokens) expect(cut).toBe(text)
    }),
  )
})

test('a text loses its middle, and shows it', () => {
  const cut = cutToTokens(`begin ${'word '.repeat(1000)}end`, 100)
  expect(cut).toMatch(/^begin .*\n\[…\]\n.*end$/s)
  expect(countTokens(cut)).toBeGreaterThan(80)
})

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 4, 'ab\n[…]\nef'],
  ['abcdef', 0, '\n[…]\n'],
  ['😀😀😀', 2, '\n[…]\n'],
  ['😀b😀', 4, '😀\n[…]\n😀'],
])('%j cut to %i characters is %j', (text, characters, cut) => {
  expect(cutToCharacters(text, characters)).toBe(cut)
})
