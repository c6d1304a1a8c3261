import { expect, test } from 'vitest'
import { split } from './split.ts'

const MAX_BYTES = 24 * 1024

function expectParts(markdown: string): string[] {
  const parts = split(markdown)
  for (const part of parts)
    expect(Buffer.byteLength(JSON.stringify(JSON.stringify(part)))).toBeLessThanOrEqual(MAX_BYTES)
  return parts
}

test.each(['', ' \n\t ', '\u200b', '[a]: http://b', '```\n```', '- \n- '])('%j becomes a visible placeholder', text => {
  expect(split(text)).toEqual(['…'])
})

test('a text is cut between blocks where one is near', () => {
  const paragraph = `${'word '.repeat(1_999)}end`
  expect(split(Array(5).fill(paragraph).join('\n\n'))).toEqual([
    `${paragraph}\n\n${paragraph}`,
    `${paragraph}\n\n${paragraph}`,
    paragraph,
  ])
})

test('a heading goes with the text below it', () => {
  const parts = split(`${'word '.repeat(3_000)}end\n\n# Title\n\n${'more '.repeat(2_500)}`)
  expect(parts[1]).toMatch(/^#### Title\n\nmore/)
})

test('what JSON escapes takes more room', () => {
  expect(expectParts(`${'"'.repeat(40)}\n`.repeat(300))).toHaveLength(2)
  expect(expectParts(`${'x'.repeat(40)}\n`.repeat(300))).toHaveLength(1)
})

test('code is cut between lines, closed and opened again with its language', () => {
  const line = `  const answer = ${'"'.repeat(60)}`
  const parts = expectParts(`intro\n\n- \`\`\`ts\n${`  ${line}\n`.repeat(195)}  \`\`\`\n\nend`)
  expect(parts).toHaveLength(3)
  expect(parts[0]).toMatch(/^intro\n\n- {3}```ts\n {6}const answer.*""\n {4}```$/s)
  expect(parts[1]).toMatch(/^```ts\n {2}const answer .*""\n```$/s)
  expect(parts[2]).toMatch(/^```ts\n {2}const answer .*""\n```\n\nend$/s)
})

test('a table is cut between rows and begins again with its head', () => {
  const parts = expectParts(`| a | b |\n|---|--:|\n${'| word | 1 |\n'.repeat(10_000)}`)
  expect(parts.length).toBeGreaterThan(3)
  for (const part of parts)
    expect(part).toMatch(/^\| a \| b \|\n\| --- \| --: \|\n(\| word \| 1 \|\n)*\| word \| 1 \|$/)
})

test('a list that is cut begins at the left', () => {
  const items = Array.from({ length: 1_500 }, (_, index) => `  - item ${index}\n    more`).join('\n')
  for (const part of expectParts(`- top\n${items}\n- bottom`).slice(1)) {
    expect(part).toMatch(/^(- item|more)/)
    expect(part).not.toMatch(/^ *```/m)
  }
})

test('a line longer than a card keeps the formatting that fits', () => {
  const line = `${'word '.repeat(2_000)}**bold words** \`code\` [link](http://a.b) `
  const parts = expectParts(`- ${line.repeat(4)}`)
  for (const formatted of ['**bold words**', '`code`', '[link](http://a.b)'])
    expect(parts.join('').split(formatted)).toHaveLength(5)
})

test('formatting that does not fit is left out', () => {
  const ticks = 3_900
  const [part] = expectParts(`a **http://b.c/${'`'.repeat(ticks)}d** e`)
  expect(part).toBe(`a http&#58;//b.c/${'&#96;'.repeat(ticks)}d e`)
})

test('neither emoji made of several characters nor references are taken apart', () => {
  const family = '👨‍👩‍👧‍👦'
  for (const part of expectParts(family.repeat(4_000))) expect(part.replaceAll(family, '')).toBe('')
  for (const part of expectParts('<a'.repeat(9_000))) expect(part.replace(/&#60;|a/g, '').trim()).toBe('')
})
