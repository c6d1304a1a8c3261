import type { MarkedToken } from 'marked'
import { expect, test } from 'vitest'
import { lex } from './lex.ts'

const blocksOf = (markdown: string): MarkedToken[] => lex(markdown).filter(({ type }) => type !== 'space')
const rowsOf = (token?: MarkedToken): number => (token?.type === 'table' ? token.rows.length : 0)

test('blocks come in order', () => {
  const blocks = blocksOf('# a\nb\n\n- c\n\n> d\n\n```\ne')
  expect(blocks.map(({ type }) => type)).toEqual(['heading', 'paragraph', 'list', 'blockquote', 'code'])
})

test('a long fence is one block', () => {
  const [code] = lex(`\`\`\`\n${'# x\n\n'.repeat(20_000)}`)
  expect(code?.raw).toHaveLength(100_004)
})

test('a long table is one block', () => {
  const [table, end] = blocksOf(`|a|b|\n|-|-|\n${'|c|d|\n'.repeat(10_000)}\nend`)
  expect(rowsOf(table)).toBe(10_000)
  expect(end?.raw).toBe('end')
})

test('a table is not filled up without end', () => {
  const rows = 20_000
  const [table] = lex(`${'|a'.repeat(50)}\n${'|-'.repeat(50)}\n${'|\n'.repeat(rows)}`)
  expect(rowsOf(table)).toBeLessThan(rows)
})

test('all blocks together are the text, however long', () => {
  const markdown = 'some *words*\n\n- an item\n\n| a |\n|---|\n| b |\n\n'.repeat(2_000)
  const text = lex(markdown).map(({ raw }) => raw)
  expect(text.join('')).toBe(markdown)
})
