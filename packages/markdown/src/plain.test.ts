import type { Token } from 'marked'
import { expect, test } from 'vitest'
import { lex } from './lex.ts'
import { plainText } from './plain.ts'
import { alignTable } from './table.ts'

const tokensOf = (markdown: string): Token[] => {
  const [block] = lex(markdown)
  return block?.type === 'paragraph' ? block.tokens : []
}

test.each([
  ['emphasis', '**a** *b* ~~c~~ `d`', 'a b c d'],
  ['links and images', '[a *b*](http://x.y) ![c](http://x.y) ![](http://x.y)', 'a b c http://x.y'],
  ['characters', '\\* &lt; &#65; &unknown;', '* < A &unknown;'],
  ['lines', 'a<br>b  \nc', 'a\nb\nc'],
  ['HTML', 'a <b>', 'a <b>'],
])('%s without formatting', (_, markdown, text) => {
  expect(plainText(tokensOf(markdown))).toBe(text)
})

test('columns are aligned, ideographs two wide', () => {
  const rows = [
    ['Name', '备注'],
    ['王', 'x'],
  ]
  expect(alignTable(rows, ['left', 'right'])).toBe('Name | 备注\n-----+-----\n王   |    x')
})
