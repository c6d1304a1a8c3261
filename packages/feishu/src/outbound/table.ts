import { alignTable, plainText } from '@waystation/markdown'
import type { Tokens } from 'marked'
import { writeInlines } from './inlines.ts'
import { type Frame, type Line, lineOf, textOf } from './page.ts'
import { bytesOf, MAX_BYTES } from './size.ts'

/** A row with the head above it must leave room for others. */
const MAX_ROW_BYTES = MAX_BYTES / 3

const rules = { left: ':--', center: ':-:', right: '--:' }

/** A table's rows under its head. Nothing where one of them is too long for a table that can be cut. */
export function tableLines({ header, rows, align }: Tokens.Table): Line[] | undefined {
  const head = `${rowOf(header)}\n| ${align.map(side => (side ? rules[side] : '---')).join(' | ')} |`
  const written = rows.map(rowOf)
  if ([head, ...written].some(row => bytesOf(row) > MAX_ROW_BYTES)) return undefined
  const frame: Frame = { open: `${head}\n`, close: '', isTable: true }
  const texts = written.length > 0 ? written : ['']
  return texts.map((text, index) => lineOf([{ text }], { gap: index === 0 ? 'block' : 'line', frame }))
}

/** The same as it looks in a fixed-width font. */
export const alignedTable = ({ header, rows, align }: Tokens.Table): string =>
  alignTable(
    [header, ...rows].map(row => row.map(cell => plainText(cell.tokens))),
    align,
  )

const rowOf = (cells: Tokens.TableCell[]): string =>
  `| ${cells.map(cell => textOf(writeInlines(cell.tokens)).replaceAll('\n', ' ').replaceAll('|', '\\|')).join(' | ')} |`
