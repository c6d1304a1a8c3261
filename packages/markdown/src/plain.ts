import type { MarkedToken, Token } from 'marked'
import { decodeReferences } from './references.ts'

/** What stands in a line of text, as people see it without its formatting; an image is its description. */
export function plainText(tokens: Token[]): string {
  // No extension of marked is installed, so these are all its own.
  return (tokens as MarkedToken[]).map(plain).join('')
}

/** Models write <br> for a new line in a table's cell. */
export const isLineBreak = (html: string): boolean => /^<br ?\/?>$/i.test(html)

function plain(token: MarkedToken): string {
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
    case 'link':
      return plainText(token.tokens)
    case 'image':
      return decodeReferences(token.text || token.href)
    case 'codespan':
    case 'escape':
      return token.text
    case 'text':
      return token.tokens ? plainText(token.tokens) : decodeReferences(token.text)
    case 'br':
      return '\n'
    case 'html':
      return isLineBreak(token.text) ? '\n' : token.text
    case 'checkbox':
      return ''
    default:
      return token.raw
  }
}
