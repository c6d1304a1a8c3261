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
  return text.replace(/<br ?\/?>/gi, '').replace(/[^\p{L}]/gu, '')
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
    if (token.type === 'text') expect(token.raw).not.toMatch(/<\/?[a-z]/i)
    if (token.type === 'link') expect(token.href).toMatch(/^(https?:\/\/|mailto:)/i)
    if (token.type === 'code') expect(token.raw.trimEnd()).toMatch(/^(```+)[^`\n]*\n[^]*\n *\1$/)
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
  fc.constantFrom('\n', '\n\n', ' ', '    ', '\t', '> ', '- ', '1. ', '- [x] ', '# ', '```', '```js\n', '~~~', '`', '``'),
  fc.constantFrom('*', '**', '_', '~~', '[', ']', '](', ')', '!', '![', '<', '>', '\\', '|', '|-|-|\n', '===\n', '---\n'),
  fc.constantFrom('<at id=all></at>', '<font color=red>', '<br>', '<div>\n', '<!--', '-->', '</b>', '<at', ' id=all>'),
  fc.constantFrom('&amp;', '&#', '&#96;', '&lt;', '<http://a.b>', '<javascript:a>', 'http://a.b', '[a]: http://b\n', 'a@b.c'),
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
    { numRuns: Number(process.env.RUNS ?? 300) },
  )
})

test('whatever the markdown, no letter that is seen gets lost', () => {
  fc.assert(
    fc.property(markdown, text => {
      const shown = split(text).map(part => lettersOf(Lexer.lex(part)))
      expectInOrder(shown.join(''), lettersOf(lex(text.toWellFormed().replaceAll('\0', ''))))
    }),
    { numRuns: Number(process.env.RUNS ?? 300) },
  )
})
