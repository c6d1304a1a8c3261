import { isLineBreak } from '@waystation/markdown'
import type { MarkedToken, Token, Tokens } from 'marked'
import { codeSpan } from './code.ts'
import { escapeAddresses, escapeAll, escapeText, reference } from './escape.ts'
import { addressOf, isAddress, isBare, isOpened } from './link.ts'
import { type Span, textOf } from './page.ts'

type Around = 'line' | 'emphasis' | 'link'

/** What stands in a line of text, in Feishu's markdown. */
export function writeInlines(tokens: Token[], around: Around = 'line'): Span[] {
  const spans = merged(spansOf(tokens, around))
  const lastLabel = spans.findLastIndex(isLikeLabel)
  return spans.map((span, index) => {
    const after = spans.slice(index + 1, index + 3)
    if (isBare(span.token)) return around === 'line' && isPlain(span.text, after) ? span : bracketed(span.token)
    if (span.token) return span
    const words = index < lastLabel ? span.text.replaceAll('[', reference) : span.text
    const text = escapeText(around === 'link' ? words : escapeAddresses(words))
    // It would make an image of a link.
    return { text: after.length > 0 ? text.replace(/!$/, reference) : text }
  })
}

/** With a bracket in front, some readers see the label of a link in it before they see code. */
function isLikeLabel({ text, token }: Span): boolean {
  const start = text.indexOf('`')
  return token !== undefined && start >= 0 && text.indexOf('](', start) >= 0
}

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
const spansOf = (tokens: Token[], around: Around): Span[] =>
  // No extension of marked is installed, so these are all its own.
  (tokens as MarkedToken[]).flatMap(token => spansOfOne(token, around))

function spansOfOne(token: MarkedToken, around: Around): Span[] {
  switch (token.type) {
    case 'strong':
      return emphasis(token, token.raw.slice(0, 2), around)
    case 'em':
      return emphasis(token, token.raw.slice(0, 1), around)
    case 'del':
      return emphasis(token, '~~', around)
    case 'link':
    case 'image':
      // An address in an image is error 200570, and a card with it is not sent.
      return link(token, around)
    case 'codespan':
      return [{ text: codeSpan(token.text), token }]
    case 'text':
      // As it is written: in `text` some references are characters already.
      return token.tokens ? spansOf(token.tokens, around) : [{ text: token.raw }]
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

function emphasis(token: Tokens.Strong | Tokens.Em | Tokens.Del, sign: string, around: Around): Span[] {
  const text = textOf(writeInlines(token.tokens, around === 'line' ? 'emphasis' : around))
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

function link(token: Tokens.Link | Tokens.Image, around: Around): Span[] {
  const { href, text, tokens } = token
  if (around === 'link' || !isOpened(href))
    return tokens.length > 0 ? spansOf(tokens, around) : [{ text: text || href }]
  if (isBare(token)) return [{ text: token.raw, token }]
  const label = textOf(writeInlines(tokens, 'link')).trim()
  return [isAddress(token) || label === '' ? bracketed(token) : { text: `[${label}](${addressOf(href)})`, token }]
}

/** A link that shows its address. */
const bracketed = (token: Tokens.Link | Tokens.Image): Span => ({
  text: `[${escapeAll(token.text || token.href)}](${addressOf(token.href)})`,
  token,
})

/** Whether an address is followed by what ends it for every reader: a space, perhaps after what closes a sentence. */
function isPlain(address: string, [after, ...others]: Span[]): boolean {
  if (/[<[\\\]`]/.test(address) || after?.token) return false
  const text = after?.text ?? ''
  const [closing = ''] = /^[!"'),.:;?]*/.exec(text) ?? []
  return closing.length < text.length ? /\s/.test(text.charAt(closing.length)) : others.length === 0
}
