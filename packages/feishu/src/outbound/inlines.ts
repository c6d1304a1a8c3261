import { isLineBreak } from '@waystation/markdown'
import type { MarkedToken, Token, Tokens } from 'marked'
import { escapeAll, escapeEnd, escapeText, reference } from './escape.ts'
import { type Span, textOf } from './page.ts'

/** What stands in a line of text, in Feishu's markdown. */
export function writeInlines(tokens: Token[], isInLink = false): Span[] {
  const spans = merged(spansOf(tokens, isInLink))
  return spans.map((span, index) => {
    if (span.token) return span
    const text = escapeText(span.text)
    return { text: index < spans.length - 1 ? escapeEnd(text) : text }
  })
}

/** Back ticks, more than are anywhere in `text`. */
export const ticksAround = (text: string): string =>
  '`'.repeat(1 + (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0))

/** Neighbours that are not formatted as one, for only together they show what could be read into them. */
function merged(spans: Span[]): Span[] {
  const found: Span[] = []
  for (const span of spans) {
    const last = found.at(-1)
    if (last && !last.token && !span.token) found[found.length - 1] = { text: last.text + span.text }
    else found.push(span)
  }
  return found
}

/** What has no token is not escaped yet. */
const spansOf = (tokens: Token[], isInLink: boolean): Span[] =>
  // No extension of marked is installed, so these are all its own.
  (tokens as MarkedToken[]).flatMap(token => spansOfOne(token, isInLink))

function spansOfOne(token: MarkedToken, isInLink: boolean): Span[] {
  switch (token.type) {
    case 'strong':
      return emphasis(token, token.raw.slice(0, 2), isInLink)
    case 'em':
      return emphasis(token, token.raw.slice(0, 1), isInLink)
    case 'del':
      return emphasis(token, '~~', isInLink)
    case 'link':
      return link(token, token.tokens, isInLink)
    case 'image':
      // An address in an image is error 200570, and a card with it is not sent.
      return link(token, token.tokens, isInLink)
    case 'codespan':
      return [{ text: codeSpan(token.text), token }]
    case 'text':
      // As it is written: in `text` some references are characters already.
      return token.tokens ? spansOf(token.tokens, isInLink) : [{ text: token.raw }]
    case 'escape':
      return [{ text: reference(token.text) }]
    case 'br':
      return [{ text: '\n' }]
    case 'html':
      return [{ text: isLineBreak(token.text) ? '\n' : token.text }]
    case 'checkbox':
      // The list has drawn it.
      return []
    default:
      return [{ text: token.raw }]
  }
}

function emphasis(token: Tokens.Strong | Tokens.Em | Tokens.Del, sign: string, isInLink: boolean): Span[] {
  const text = textOf(writeInlines(token.tokens, isInLink))
  const words = text.trim()
  if (words === '') return [{ text }]
  // Within the signs no space may stand at either end.
  const start = text.indexOf(words)
  return [
    { text: text.slice(0, start) },
    { text: sign + words + sign, token },
    { text: text.slice(start + words.length) },
  ].filter(span => span.text !== '')
}

function link(token: Tokens.Link | Tokens.Image, words: Token[], isInLink: boolean): Span[] {
  const { href, raw } = token
  const isAddress = token.type === 'link' && token.autolink === true
  if (isInLink || !isOpened(href)) return words.length > 0 ? spansOf(words, isInLink) : [{ text: token.text || href }]
  // Feishu makes a link of an address as it stands.
  if (isAddress && !raw.startsWith('<')) return [{ text: raw }]
  const label = isAddress ? escapeAll(token.text) : textOf(writeInlines(words, true)).trim()
  return [{ text: `[${label || escapeAll(href)}](${addressOf(href)})`, token }]
}

/** What else a browser could be told to do is no link. */
const isOpened = (href: string): boolean => /^(https?:\/\/|mailto:)/i.test(href) && URL.canParse(href)

/** Without what would end an address in markdown. */
const addressOf = (href: string): string =>
  href.replace(/[\s"()<>\\`|]/g, character =>
    character === '(' ? '%28' : character === ')' ? '%29' : encodeURIComponent(character),
  )

function codeSpan(text: string): string {
  const ticks = ticksAround(text)
  const room = /^`|`$|^ .* $/s.test(text) ? ' ' : ''
  return ticks + room + text + room + ticks
}
