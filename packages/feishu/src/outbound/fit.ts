import { cutPoint, plainText } from '@waystation/markdown'
import { escapeAddresses, escapeText } from './escape.ts'
import { type Line, type Span, textOf } from './page.ts'
import { bytesOf, MAX_BYTES, QUOTES_BYTES, reach } from './size.ts'

/** `&#60;` is one character. */
const reference = /^&#?\w{1,8};/
const LONGEST_REFERENCE = 11

/**
 * A line as lines that fit a part each. Text is cut between words, else between characters. What is formatted stays
 * whole if it can, else it loses its formatting: an address too long for a card is left out.
 */
export function fit(line: Line): Line[] {
  const { lead, rest, spans, frame } = line
  const sizeOf = (text: string) => bytesOf(text.replaceAll('\n', `\n${rest}`))
  const room = MAX_BYTES - QUOTES_BYTES - sizeOf(lead + rest + frame.open + frame.close)
  if (sizeOf(textOf(spans)) <= room) return [line]

  const found: Line[] = []
  let taken: Span[] = []
  let left = room
  const next = () => {
    if (taken.length > 0)
      found.push({ ...line, spans: taken, ...(found.length > 0 ? { gap: 'none', lead: rest } : {}) })
    taken = []
    left = room
  }
  const take = (span: Span) => {
    taken.push(span)
    // One more, for what keeps two stretches of code apart.
    left -= sizeOf(span.text) + 1
  }
  for (const span of spans) {
    const { text, token } = sizeOf(span.text) < room ? span : unformatted(span)
    if (sizeOf(text) >= left && (token || left < room / 2)) next()
    if (token) {
      take(span)
      continue
    }
    for (let from = 0, to = 0; from < text.length; from = to) {
      to = betweenReferences(text, from, cutPoint(text, from, reach(text, from, left - 1)))
      take({ text: text.slice(from, to) })
      if (to < text.length) next()
    }
  }
  next()
  return found
}

const unformatted = ({ text, token }: Span): Span => ({
  text: token ? escapeText(escapeAddresses(plainText([token]))).replaceAll('\n', ' ') : text,
})

function betweenReferences(text: string, from: number, to: number): number {
  const start = text.lastIndexOf('&', to - 1)
  if (start <= from || to - start >= LONGEST_REFERENCE) return to
  const [found = ''] = reference.exec(text.slice(start, start + LONGEST_REFERENCE)) ?? []
  return start + found.length > to ? start : to
}
