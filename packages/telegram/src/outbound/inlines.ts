import { decodeReferences, isLineBreak } from '@waystation/markdown'
import type { MarkedToken, Token } from 'marked'
import type { Place } from './page.ts'
import { bold, code, codeWithin, italic, link, struck, within } from './style.ts'

/** Writes what stands in a line of text: words, emphasis, code, links. */
export function writeInlines(tokens: Token[], place: Place): void {
  // No extension of marked is installed, so these are all its own.
  for (const token of tokens as MarkedToken[]) writeInline(token, place)
}

function writeInline(token: MarkedToken, place: Place): void {
  const { writer, styles, indent } = place
  const write = (text: string, within = styles) => writer.write(text.replaceAll('\n', `\n${indent}`), within)
  switch (token.type) {
    case 'strong':
      writeInlines(token.tokens, { ...place, styles: within(styles, bold) })
      break
    case 'em':
      writeInlines(token.tokens, { ...place, styles: within(styles, italic) })
      break
    case 'del':
      writeInlines(token.tokens, { ...place, styles: within(styles, struck) })
      break
    case 'link':
      writeInlines(token.tokens, { ...place, styles: within(styles, link(token.href)) })
      break
    case 'image':
      write(decodeReferences(token.text || token.href), within(styles, link(token.href)))
      break
    case 'codespan':
      write(token.text, codeWithin(styles, code))
      break
    case 'text':
      if (token.tokens) writeInlines(token.tokens, place)
      else write(decodeReferences(token.text))
      break
    case 'escape':
      write(token.text)
      break
    case 'br':
      write('\n')
      break
    case 'html':
      // Other HTML is shown as it is.
      write(isLineBreak(token.text) ? '\n' : token.text)
      break
    case 'checkbox':
      // The list has drawn it.
      break
    default:
      write(token.raw)
  }
}
