import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFinder, read } from './words.ts'

const finds = (word: string, text: string): boolean => createFinder([word])(read(text))

test.each([
  ['tax', 'What TAX do we pay?'],
  ['tax', 'ｔａｘ'],
  ['tax', 'tax-free, or not'],
  ['tax', '这个tax怎么算'],
  ['cash flow', 'cash\n  flow'],
  ["doctor's note", 'my doctor’s note'],
  ['password', 'pass\u00adword'],
  ['c++', 'is c++ faster'],
  ['élan', 'e\u0301lan'],
  ['合同', '请看这份采购合同。'],
  ['合同', '合同'],
  ['合同', 'NDA合同v2'],
  ['应收账款', '应收账款太多'],
  ['nda', '英文NDA的要点'],
])('%s is in: %s', (word, text) => {
  expect(finds(word, text)).toBe(true)
})

test.each([
  ['tax', 'taxi'],
  ['tax', 'syntax'],
  ['tax', 'tax_id'],
  ['tax', 'tax2'],
  ['invoice', 'invoices'],
  ['合同', '在这种场合同学之间'],
  ['会计', '社会计划'],
  ['合同', ''],
  ['élan', 'elan'],
])('%s is not in: %s', (word, text) => {
  expect(finds(word, text)).toBe(false)
})

test('a word that is met too early is found later', () => {
  expect(finds('tax', 'taxi tax')).toBe(true)
  expect(finds('合同', '场合同学，合同')).toBe(true)
})

const latin = fc.stringMatching(/^[a-z]{1,3}$/)
const gap = fc.constantFrom(' ', ', ', '-', '. ', '(', '”')

test('in English a word is found if and only if it is one of the words of the text', () => {
  fc.assert(
    fc.property(fc.array(latin, { minLength: 1 }), gap, latin, (words, between, word) => {
      expect(finds(word.toUpperCase(), words.join(between))).toBe(words.includes(word))
    }),
  )
})

const syllables = ['合', '同', '场', '学', '客', '户', '会', '计', '划', '社', '发', '票', '出', '价']
const chinese = fc.array(fc.constantFrom(...syllables), { maxLength: 12 }).map(characters => characters.join(''))

test('in Chinese a word is found if and only if the segmenter ends a word before it and one at its end', () => {
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
  fc.assert(
    fc.property(chinese, fc.constantFrom('合同', '客户', '会计', '发票', '学'), (text, word) => {
      const ends = Array.from(segmenter.segment(text), ({ index, segment }) => index + segment.length)
      const isThere = [0, ...ends].some(start => text.startsWith(word, start) && ends.includes(start + word.length))
      expect(finds(word, text)).toBe(isThere)
    }),
  )
})

test('any text can be read, and reading it again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const { text: once } = read(text)
      expect(read(once).text).toBe(once)
    }),
  )
})
