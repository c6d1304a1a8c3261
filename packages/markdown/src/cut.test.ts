import { expect, test } from 'vitest'
import { cutPoint } from './cut.ts'

test.each([
  ['after a line', 'one two\nthree four', 13, 'one two\n'],
  ['after a word', 'one two three four', 15, 'one two three '],
  ['between characters where words are long', 'a bcdefghijklmnop', 10, 'a bcdefghi'],
  ['not in a pair of surrogates', '😀😀😀', 3, '😀'],
  ['not in an emoji made of several characters', '👨‍👩‍👧👨‍👩‍👧', 12, '👨‍👩‍👧'],
  ['nowhere in a text that is short enough', 'one two', 7, 'one two'],
])('a text is cut %s', (_, text, limit, piece) => {
  expect(text.slice(0, cutPoint(text, 0, limit))).toBe(piece)
})
