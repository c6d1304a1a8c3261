import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toPlainText } from './html.ts'
import { render } from './render.ts'
import { split } from './split.ts'

const seen = (markdown: string): string =>
  render(markdown)
    .runs.map(run => run.text)
    .join('')
const letters = (text: string): string => text.replace(/[\s\p{Cc}\p{Cf}]/gu, '')

/** Tags in turn, each closed, none inside code, quotes and links not within themselves. */
function expectWellFormed(html: string): void {
  const open: string[] = []
  for (const [, slash, tag = ''] of html.matchAll(/<(\/?)([a-z]+)[^>]*>/g)) {
    if (slash) {
      expect(open.pop()).toBe(tag)
    } else {
      expect(open).not.toContain(tag)
      if (tag !== 'code' || open.at(-1) !== 'pre')
        expect(open).not.toEqual(expect.arrayContaining([expect.stringMatching(/pre|code/)]))
      open.push(tag)
    }
  }
  expect(open).toEqual([])
}

function expectParts(markdown: string): string[] {
  const parts = split(markdown)
  for (const part of parts) {
    const text = toPlainText(part)
    expect(text.length).toBeLessThanOrEqual(4096)
    expect(text.trim()).not.toBe('')
    expect(part.isWellFormed()).toBe(true)
    expectWellFormed(part)
  }
  return parts
}

const markdownPiece = fc.oneof(
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
    '*',
    '**',
    '_',
    '~~',
  ),
  fc.constantFrom(
    '[',
    '](',
    ')',
    '![',
    '<',
    '>',
    '<br>',
    '<b>',
    '</b>',
    '&amp;',
    '&#',
    '|',
    '|-|-|\n',
    'http://a.b',
    '\\',
    '[a]: http://b\n',
    '===\n',
    '---\n',
  ),
  fc.integer({ min: 100, max: 6000 }).map(length => 'x'.repeat(length)),
  fc.integer({ min: 10, max: 900 }).map(words => 'word '.repeat(words)),
  fc.integer({ min: 10, max: 900 }).map(lines => '- line\n'.repeat(lines)),
)
const markdown = fc.array(markdownPiece, { maxLength: 40 }).map(pieces => pieces.join(''))

test('whatever the markdown, every part is one valid message and nothing that is seen gets lost', () => {
  fc.assert(
    fc.property(markdown, text => {
      const shown = letters(toPlainText(expectParts(text).join('')))
      expect(shown).toBe(letters(seen(text)) || '…')
    }),
    { numRuns: 300 },
  )
})

test('text without formatting comes through to the letter', () => {
  const words = fc.array(fc.stringMatching(/^[a-zA-Z]{1,12}$/), { minLength: 1, maxLength: 3000 })
  fc.assert(
    fc.property(words, some => {
      expect(toPlainText(split(some.join(' ')).join(''))).toBe(some.join(' '))
    }),
    { numRuns: 50 },
  )
})

const block = fc.constantFrom(
  (word: string) => `${word} **${word}** [${word}](http://a.b)`,
  (word: string) => `# ${word}`,
  (word: string) => `> ${word}\n> - ${word}`,
  (word: string) => `\`\`\`\n${word}\n\n${`${word}\n`.repeat(200)}\`\`\``,
  (word: string) => `| a |\n|---|\n| ${word} |`,
  (word: string) => `<div>${word}</div>`,
  (word: string) => Array(60).fill(`- ${word}\n  1. ${word}\n\n     ${word}`).join('\n'),
  (word: string) => Array(300).fill(word).join('\n'),
)

test('every word of a long answer is there, in order, whatever it stands in', () => {
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 60 }), blocks => {
      const text = blocks.map((write, index) => write(`w${index}w`)).join('\n\n')
      const words = (some: string) => some.match(/w\d+w/g)
      expect(words(toPlainText(split(text).join('')))).toEqual(words(text))
    }),
    { numRuns: 100 },
  )
})

test('one text is always cut the same way', () => {
  const isSame = (text: string) => expect(split(text)).toEqual(split(text))
  fc.assert(
    fc.property(markdown, text => {
      isSame(text)
    }),
    { numRuns: 50 },
  )
})

test.each(['', ' \n\t ', '\u200b', '[a]: http://b', '```\n```'])('%j becomes a visible placeholder', text => {
  expect(split(text)).toEqual(['…'])
})

test('a text is cut between blocks where one is near', () => {
  const paragraph = `${'word '.repeat(399)}end`
  const parts = split(Array(5).fill(paragraph).join('\n\n'))
  expect(parts.map(part => part.trimEnd())).toEqual([
    `${paragraph}\n\n${paragraph}`,
    `${paragraph}\n\n${paragraph}`,
    paragraph,
  ])
})

test('a heading goes with the text below it', () => {
  const parts = split(`${'word '.repeat(700)}end\n\n# Title\n\n${'more '.repeat(200)}`)
  expect(parts[1]).toMatch(/^<b>Title<\/b>\nmore/)
})

test('code is cut between lines, closed and opened again with its language', () => {
  const line = '  const answer = "<forty-two>"'
  const parts = expectParts(`intro\n\n\`\`\`ts\n${`${line}\n`.repeat(300)}\`\`\`\n\nend`)
  expect(parts.length).toBeGreaterThan(2)
  for (const part of parts.slice(1, -1)) {
    expect(part).toMatch(/^<pre><code class="language-ts"> {2}const/)
    expect(part).toMatch(/&gt;"\n<\/code><\/pre>$/)
  }
})

test('what is bold over a cut is bold on both sides', () => {
  const [first, second] = expectParts(`# ${'word '.repeat(1200)}`)
  expect(first).toMatch(/^<b>word .*<\/b>$/)
  expect(second).toMatch(/^<b>word .*<\/b>$/)
})

test('emoji made of several characters are not taken apart', () => {
  const family = '👨‍👩‍👧‍👦'
  for (const part of split(family.repeat(1000))) expect(part.replaceAll(family, '')).toBe('')
})

test('a message of nothing but addresses is sent without them', () => {
  const [part] = expectParts(`[x](http://a.b/${'y'.repeat(1000)})\n`.repeat(500))
  expect(part?.replace(/\s/g, '')).toBe('x'.repeat(500))
})

const HUNDRED_KB = 100_000
test.each([
  ['one line of words', 'word '.repeat(200_000)],
  ['one word of a million letters', 'a'.repeat(1_000_000)],
  ['a fence of 1 MB', `\`\`\`\n${'x = 1\n'.repeat(170_000)}`],
  ['10,000 list items', '- item\n'.repeat(10_000)],
  ['10,000 numbered items, no two alike', Array.from({ length: 10_000 }, (_, i) => `${i}. item ${i}`).join('\n')],
  ['quotes 10,000 deep', `${'>'.repeat(10_000)} x`],
  ['lists 10,000 deep', `${'- '.repeat(10_000)} x`],
  ['emphasis 10,000 deep', `${'*a **b '.repeat(5_000)}c${'** *'.repeat(5_000)}`],
  ['brackets', '['.repeat(HUNDRED_KB)],
  ['links without an end', '[a]('.repeat(HUNDRED_KB / 4)],
  ['emphasis inside words', '_a_'.repeat(HUNDRED_KB / 3)],
  ['addresses that are none', `${'a.'.repeat(HUNDRED_KB / 2)}@`],
  ['lines that belong to an item by laziness', `1. 1. 1. ${'x\n'.repeat(HUNDRED_KB / 2)}`],
  ['a table of many columns', `${'|a'.repeat(20_000)}\n${'|-'.repeat(20_000)}\n${'|\n'.repeat(20_000)}`],
  ['a table with one huge cell', `|a|b|\n|-|-|\n|${'x'.repeat(50_000)}|y|\n${'|x|y|\n'.repeat(8_000)}`],
  ['accents without end', `a${'\u0301'.repeat(HUNDRED_KB)}`],
])('hostile length is no trouble: %s', (_, text) => {
  expectParts(text)
})
