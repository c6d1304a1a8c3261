import { lex } from '@waystation/markdown'
import type { MarkedToken, Token, Tokens } from 'marked'
import { codeLines } from './code.ts'
import { escapeText } from './escape.ts'
import { writeInlines } from './inlines.ts'
import { type Block, type Line, lineOf, textLines, within } from './page.ts'
import { alignedTable, tableLines } from './table.ts'

/** Feishu reads four spaces as one level of a list. */
const LEVEL = 4

/**
 * A model's markdown (GitHub's flavour) in Feishu's, which is close to it: headings are smaller, images become links,
 * all code has fences, tags are text. Whatever is unfinished, such as a fence without an end, is shown as far as it goes.
 */
export function render(markdown: string): Block[] {
  const blocks: Block[] = []
  let heading: Line[] = []
  for (const token of lex(markdown.toWellFormed().replaceAll('\0', ''))) {
    const table = token.type === 'table' ? tableLines(token) : undefined
    const lines = table ?? linesOf(token)
    if (lines.length === 0) continue
    const above = heading
    for (const line of lines) above.push(line)
    // A heading stays with what it stands above.
    if (token.type === 'heading') continue
    const headed = above.length - lines.length
    blocks.push(
      table ? { lines: above, plainer: () => [...above.slice(0, headed), ...linesOf(token)] } : { lines: above },
    )
    heading = []
  }
  return heading.length > 0 ? [...blocks, { lines: heading }] : blocks
}

function linesOf(token: MarkedToken): Line[] {
  switch (token.type) {
    case 'def':
    case 'space':
    case 'checkbox':
      return []
    case 'heading':
      return headingLines(token)
    case 'paragraph':
      return textLines(writeInlines(token.tokens))
    case 'list':
      return listLines(token)
    case 'blockquote':
      return within(flow(token.tokens), '> ', '> ')
    case 'code':
      return codeLines(token.text, token.lang)
    case 'table':
      return codeLines(alignedTable(token))
    case 'hr':
      return [lineOf([{ text: '---' }])]
    case 'html':
      return textLines([{ text: escapeText(token.text.replace(/<br ?\/?>/gi, '\n').trim()) }])
    default:
      return textLines(writeInlines([token]))
  }
}

/** Blocks inside another. A table there is drawn as code: Feishu knows tables only by themselves. */
function flow(tokens: Token[]): Line[] {
  const lines: Line[] = []
  // No extension of marked is installed, so these are all its own.
  for (const token of tokens as MarkedToken[]) {
    for (const [index, line] of linesOf(token).entries())
      lines.push(index === 0 && token.type === 'list' ? { ...line, gap: 'line' } : line)
  }
  return lines
}

/** Feishu shows the three biggest kinds huge. */
function headingLines({ depth, tokens }: Tokens.Heading): Line[] {
  const spans = writeInlines(tokens).map(span => ({ ...span, text: span.text.replaceAll('\n', ' ') }))
  return spans.length === 0 ? [] : [lineOf(spans, { lead: depth === 1 ? '#### ' : '##### ' })]
}

function listLines({ items, ordered, start }: Tokens.List): Line[] {
  return items.flatMap((item, index) => {
    const bullet = ordered ? `${Number(start) + index}. ` : '- '
    const indent = ' '.repeat(Math.max(LEVEL, bullet.length))
    // What is a block in the first line must begin in the same column as its other lines.
    const isBlock = ['blockquote', 'code', 'list', 'table'].includes(item.tokens[0]?.type ?? '')
    const box = item.task ? [{ text: item.checked ? '☑ ' : '☐ ' }] : []
    const [first = lineOf([]), ...others] = flow(item.tokens)
    const boxed: Line = { ...first, gap: index === 0 ? 'block' : 'line', spans: [...box, ...first.spans] }
    return within([boxed, ...others], isBlock ? bullet.padEnd(indent.length) : bullet, indent)
  })
}
