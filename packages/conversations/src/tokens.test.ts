import { expect, test } from 'vitest'
import { countTokens } from './tokens.ts'

// As OpenAI's own tokenizer counts (tiktoken 1.0.22, o200k_base).
test.each([
  ['', 0],
  ['hello world', 2],
  ['The quick brown fox jumps over the lazy dog.', 10],
  ['驿站是中国古代供传递文书的人中途更换马匹或休息的地方。', 25],
  ['😀 👨‍👩‍👧 café', 10],
  ['<|endoftext|> hi', 8],
  ['a'.repeat(1000), 125],
  ['你好'.repeat(300), 300],
])('%j costs %i', (text, tokens) => {
  expect(countTokens(text)).toBe(tokens)
})

test('half a character and endless texts are counted all the same', () => {
  expect(countTokens('\ud83d!')).toBeGreaterThan(0)
  const [short, long] = [200_000, 400_000].map(length => countTokens('word '.repeat(length / 5)))
  expect(long).toBeGreaterThan(short ?? 0)
})

// A tokenizer's own way with a word of 100,000 letters takes minutes. These take some tenths of a second in all.
test('what is written to keep a tokenizer busy does not', { timeout: 20_000 }, () => {
  const han = Array.from({ length: 100_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000))).join('')
  const repeated = ['a', '你', '!', ' ', '\n', '😀', '\u0301', '\ud83d'].map(sign => sign.repeat(100_000 / sign.length))
  for (const text of [han, ...repeated]) expect(countTokens(text)).toBeGreaterThan(0)
})
