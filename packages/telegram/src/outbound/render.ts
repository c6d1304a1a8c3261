import { alignTable, lex, plainText } from '@waystation/markdown'
import type { MarkedToken, Token, Tokens } from 'marked'
import { writeInlines } from './inlines.ts'
import { createWriter, type Page, type Place } from './page.ts'
import { bold, codeWithin, pre, quote, within } from './style.ts'

const INDENT = '    '

/**
 * A model's markdown (GitHub's flavour) in what Telegram can show: headings become bold, lists get bullets and numbers,
 * tables are aligned in a `pre`, images become links, and raw HTML stays text. Whatever is unfinished, such as a
 * fence without an end, is shown as far as it goes.
 */
export function render(markdown: string): Page {
  const writer = createWriter()
  writeBlocks(lex(markdown.toWellFormed().replaceAll('\0', '')), { writer, styles: [], indent: '' }, '\n\n')
  return writer.page
}

function writeBlocks(tokens: Token[], place: Place, between: string): void {
  const { writer, styles, indent } = place
  // No extension of marked is installed, so these are all its own.
  for (const token of tokens as MarkedToken[]) {
    if (['checkbox', 'def', 'space'].includes(token.type)) continue
    writeBlock(token, place)
    // A heading stays with what it stands above.
    if (token.type === 'heading') writer.setApart(`\n${indent}`, styles)
    else writer.setApart(`${between}${indent}`, styles, styles.length === 0 && indent === '')
  }
}

function writeBlock(token: MarkedToken, place: Place): void {
  const { writer, styles, indent } = place
  switch (token.type) {
    case 'heading':
      writeInlines(token.tokens, { ...place, styles: within(styles, bold) })
      break
    case 'paragraph':
      writeInlines(token.tokens, place)
      break
    case 'list':
      writeList(token, place)
      break
    case 'blockquote':
      writeBlocks(token.tokens, { ...place, styles: within(styles, quote()) }, '\n\n')
      break
    case 'code':
      writer.write(token.text, codeWithin(styles, pre(token.lang)))
      break
    case 'table':
      writer.write(tableText(token), codeWithin(styles, pre()))
      break
    case 'hr':
      writer.write('———', styles)
      break
    case 'html':
      writer.write(token.text.trimEnd().replaceAll('\n', `\n${indent}`), styles)
      break
    default:
      writeInlines([token], place)
  }
}

function writeList({ items, ordered, start }: Tokens.List, place: Place): void {
  const { writer, styles, indent } = place
  for (const [index, item] of items.entries()) {
    const box = item.checked ? '☑ ' : '☐ '
    const bullet = ordered ? `${Number(start) + index}. ` : '• '
    writer.write(item.task ? box : bullet, styles)
    const beginsWith = item.tokens[0]?.type ?? ''
    if (['blockquote', 'code', 'table'].includes(beginsWith)) writer.setApart(`\n${indent}`, styles)
    writeBlocks(item.tokens, { ...place, indent: indent + INDENT }, '\n')
    writer.setApart(`\n${indent}`, styles)
  }
}

function tableText({ header, rows, align }: Tokens.Table): string {
  const cells = [header, ...rows].map(row => row.map(cell => plainText(cell.tokens)))
  return alignTable(cells, align)
}
