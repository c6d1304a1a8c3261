import { expect, test } from 'vitest'
import { createSearch } from './pattern.ts'
import { read } from './words.ts'

const finds = (pattern: string, text: string): boolean => createSearch([pattern])(read(text))

test('a pattern is found in upper and lower case, full and half width', () => {
  expect(finds('INV-\\d{4}', 'see ｉｎｖ-2043')).toBe(true)
  expect(finds('INV-\\d{4}', 'see inv-20')).toBe(false)
})

test('any of several will do', () => {
  const search = createSearch(['身份证', 'passport'])
  expect(['我的身份证号', 'my passport', 'my card'].map(text => search(read(text)))).toEqual([true, true, false])
})

test.each([0, 1_795, 1_990, 2_000, 3_600, 100_000])('it is found behind %i characters of a long text', length => {
  expect(finds('身份证号是', `${'说'.repeat(length)}身份证号是${'说'.repeat(5_000)}`)).toBe(true)
})

test('an empty text has no piece but itself', () => {
  expect(finds('^$', '')).toBe(true)
})
