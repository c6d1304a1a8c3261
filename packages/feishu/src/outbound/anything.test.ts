import { decodeReferences, lex, plainText } from '@waystation/markdown'
import fc from 'fast-check'
import { Lexer, type MarkedToken, type Token } from 'marked'
import { expect, test } from 'vitest'
import { split } from './split.ts'

const MAX_BYTES = 24 * 1024

const bytesOf = (part: string): number => Buffer.byteLength(JSON.stringify(JSON.stringify(part)))

/** All tokens, those within others too. */
function* everything(tokens: Token[]): Generator<MarkedToken> {
  // No extension of marked is installed, so these are all its own.
  for (const token of tokens as MarkedToken[]) {
    yield token
    if (token.type === 'list') yield* everything(token.items)
    else if (token.type === 'table')
      for (const cell of [...token.header, ...token.rows.flat()]) yield* everything(cell.tokens)
    else if ('tokens' in token) yield* everything(token.tokens ?? [])
  }
}

/** The letters that people see. */
function lettersOf(tokens: Token[]): string {
  let text = ''
  for (const token of everything(tokens)) {
    const isWords = token.type === 'text' && !token.tokens
    if (isWords || ['escape', 'codespan'].includes(token.type)) text += plainText([token])
    else if (token.type === 'html') text += decodeReferences(token.text)
    else if (token.type === 'code') text += token.text
    else if (token.type === 'image' && token.tokens.length === 0) text += token.href
  }
  // After a <br> a line may begin with a box to tick, and then the box is what is seen.
  return text.replace(/<br ?\/?>|\[x\]/gi, '').replace(/[^\p{L}]/gu, '')
}

/** What Feishu takes, as a reader of markdown who is not ours understands it. */
function expectPart(part: string): void {
  expect(bytesOf(part)).toBeLessThanOrEqual(MAX_BYTES)
  expect(part.trim()).not.toBe('')
  expect(part.isWellFormed()).toBe(true)
  const tokens = [...everything(Lexer.lex(part))]
  expect(tokens.filter(({ type }) => type === 'html' || type === 'image')).toEqual([])
  expect(tokens.filter(({ type }) => type === 'table').length).toBeLessThanOrEqual(3)
  for (const token of tokens) {
    if (token.type === 'text' && !token.tokens) expect(token.raw).not.toMatch(/<\/?[a-z]/i)
    if (token.type === 'link') expect(token.href).toMatch(/^(https?:\/\/|mailto:)/i)
    if (token.type === 'code') expect(token.raw.trimEnd()).toMatch(/^ *(```+)[^`\n]*\n.*\n *\1$/s)
  }
}

/** All `letters` are among those shown, in this order. An address may be shown twice, in its own link and the one before. */
function expectInOrder(shown: string, letters: string): void {
  let at = 0
  for (const letter of shown) if (letters.startsWith(letter, at)) at += letter.length
  expect(letters.slice(at)).toBe('')
}

function expectParts(markdown: string): string[] {
  const parts = split(markdown)
  expect(parts.length).toBeGreaterThan(0)
  for (const part of parts) expectPart(part)
  return parts
}

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '\n',
    '\n\n',
    ' ',
    '    ',
    '\t',
    '> ',
    '- ',
    '1. ',
    '- [x] ',
    '# ',
    '```',
    '```js\n',
    '~~~',
    '`',
    '``',
  ),
  fc.constantFrom(
    '*',
    '**',
    '_',
    '~~',
    '[',
    ']',
    '](',
    ')',
    '!',
    '![',
    '<',
    '>',
    '\\',
    '|',
    '|-|-|\n',
    '===\n',
    '---\n',
  ),
  fc.constantFrom('<at id=all></at>', '<font color=red>', '<br>', '<div>\n', '<!--', '-->', '</b>', '<at', ' id=all>'),
  fc.constantFrom(
    '&#38;',
    '&#',
    '&#96;',
    '&#60;',
    '<http://a.b>',
    '<javascript:a>',
    'http://a.b',
    '[a]: http://b\n',
    'a@b.c',
  ),
  fc.constantFrom('![a](http://b/c)', '[a](http://b)', '[a](javascript:b)', '\n\n| a | b |\n|---|---|\n| c | d |\n\n'),
  fc.integer({ min: 4000, max: 4200 }).map(length => 'x'.repeat(length)),
  fc.integer({ min: 10, max: 900 }).map(words => 'word '.repeat(words)),
  fc.integer({ min: 10, max: 900 }).map(lines => '- "line"\n'.repeat(lines)),
)
const markdown = fc.array(piece, { maxLength: 40 }).map(pieces => pieces.join(''))

test('whatever the markdown, Feishu takes every part, and nobody is mentioned', () => {
  fc.assert(
    fc.property(markdown, text => {
      expectParts(text)
    }),
    { numRuns: 300 },
  )
})

test('nobody is mentioned where the lexer cuts a long line either', () => {
  const sign = fc.constantFrom(
    ...[
      '`',
      '``',
      '`x`',
      '\\',
      '![',
      '!',
      '[',
      '](http://b)',
      '<at id=all>',
      '<https://c.d>',
      '**',
      '&#6',
      '0;',
      ' ',
      'a',
    ],
  )
  const start = fc.integer({ min: 4_070, max: 4_096 }).map(length => 'x'.repeat(length))
  fc.assert(
    fc.property(start, fc.array(sign, { maxLength: 14 }), (words, signs) => {
      expectParts(words + signs.join(''))
    }),
    { numRuns: 500 },
  )
})

test('whatever the markdown, no letter that is seen gets lost', () => {
  fc.assert(
    fc.property(markdown, text => {
      const shown = split(text).map(part => lettersOf(Lexer.lex(part)))
      expectInOrder(shown.join(''), lettersOf(lex(text.toWellFormed().replaceAll('\0', ''))))
    }),
    { numRuns: 300 },
  )
})

test('one text is always cut the same way', () => {
  fc.assert(
    fc.property(markdown, text => {
      expect(split(text)).toEqual(split(text))
    }),
    { numRuns: 50 },
  )
})

const block = fc.constantFrom(
  (word: string) => `${word} **${word}** [${word}](http://a.b) "${word}"`,
  (word: string) => `# ${word}`,
  (word: string) => `> ${word}\n> - ${word}`,
  (word: string) => `\`\`\`\n${word}\n\n${`${word}\n`.repeat(500)}\`\`\``,
  (word: string) => `| a | b |\n|---|---|\n${`| ${word} | **${word}** |\n`.repeat(300)}`,
  (word: string) => `<div>${word}</div>`,
  (word: string) => Array(200).fill(`- ${word}\n  1. ${word}\n\n     ${word}`).join('\n'),
  (word: string) => Array(300).fill(word).join('\n'),
)

test('every word of a long answer is there, in order, whatever it stands in', () => {
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 40 }), blocks => {
      const text = blocks.map((write, index) => write(`w${index}w`)).join('\n\n')
      const words = (some: string) => some.match(/w\d+w/g)
      expect(words(expectParts(text).join('\n'))).toEqual(words(text))
    }),
    { numRuns: 50 },
  )
})

test('an answer that grows is well formed at every moment', () => {
  const answer =
    '# Title\n\nSee **this** `<at id=all>` [page](https://a.b) and ![image](https://a.b/c).\n\n' +
    '```ts\nconst a = `<at id=all>`\n```\n\n| a | b |\n|---|---|\n| <at id=all> | `c` |\n\n> - [x] done <at id=all></at>'
  for (let end = 0; end <= answer.length; end += 1) expectParts(answer.slice(0, end))
})
