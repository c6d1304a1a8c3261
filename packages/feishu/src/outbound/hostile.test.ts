import { expect, test } from 'vitest'
import { split } from './split.ts'

const MAX_BYTES = 24 * 1024

const bytesOf = (part: string): number => Buffer.byteLength(JSON.stringify(JSON.stringify(part)))

const HUNDRED_KB = 100_000
const HUNDRED_KB_OF_TABLE = `| a | b |\n|---|---|\n${'| c | d |\n'.repeat(10_000)}`
test.each([
  ['one line of words', 'word '.repeat(200_000)],
  ['one word of a million letters', 'a'.repeat(1_000_000)],
  ['ideographs', '汉'.repeat(HUNDRED_KB)],
  ['a fence of 1 MB without an end', `\`\`\`\n${'x = 1\n'.repeat(170_000)}`],
  ['code of nothing but back ticks', `~~~\n${'`'.repeat(HUNDRED_KB)}\n~~~`],
  ['code of nothing but quotation marks', `~~~\n${'"'.repeat(HUNDRED_KB)}\n~~~`],
  ['10,000 list items', '- item\n'.repeat(10_000)],
  ['10,000 headings', '# a\n'.repeat(10_000)],
  ['quotes 10,000 deep', `${'>'.repeat(10_000)} x`],
  ['lists 10,000 deep', `${'- '.repeat(10_000)} x`],
  ['emphasis 10,000 deep', `${'*a **b '.repeat(5_000)}c${'** *'.repeat(5_000)}`],
  ['brackets', '['.repeat(HUNDRED_KB)],
  ['the beginnings of tags', '<'.repeat(HUNDRED_KB)],
  ['mentions', '<at id=all></at>'.repeat(HUNDRED_KB / 16)],
  ['code within a line', '`a`'.repeat(HUNDRED_KB / 3)],
  ['links without an end', '[a]('.repeat(HUNDRED_KB / 4)],
  ['images', '![a](http://b)'.repeat(HUNDRED_KB / 14)],
  ['one link', `[a](http://b/${'c'.repeat(HUNDRED_KB)})`],
  ['one emphasis', `**${'a '.repeat(HUNDRED_KB / 2)}b**`],
  ['lines that belong to an item by laziness', `1. 1. 1. ${'x\n'.repeat(HUNDRED_KB / 2)}`],
  ['a table of 10,000 columns', `${'|a'.repeat(10_000)}\n${'|-'.repeat(10_000)}\n${'|\n'.repeat(10_000)}`],
  ['a table of short rows', `${'|a'.repeat(50)}\n${'|-'.repeat(50)}\n${'|\n'.repeat(10_000)}`],
  ['a table with one huge cell', `|a|b|\n|-|-|\n|${'x'.repeat(50_000)}|y|\n${'|x|y|\n'.repeat(8_000)}`],
  ['a table in the middle', `${'word '.repeat(4_000)}\n\n${HUNDRED_KB_OF_TABLE}`],
  ['1,000 tables', '| a |\n|---|\n| b |\n\n'.repeat(1_000)],
  ['accents without end', `a${'\u0301'.repeat(HUNDRED_KB)}`],
  ['halves of surrogate pairs', '\ud83d'.repeat(HUNDRED_KB)],
  ['null bytes', `a${'\0'.repeat(HUNDRED_KB)}`],
  ['control characters', `a${'\u0001'.repeat(HUNDRED_KB)}`],
])('hostile length is no trouble: %s', (_, text) => {
  for (const part of split(text)) {
    expect(bytesOf(part)).toBeLessThanOrEqual(MAX_BYTES)
    expect(part.trim()).not.toBe('')
    expect(part.isWellFormed()).toBe(true)
  }
})
