import type { MarkedToken } from 'marked'

/** Part of a line. What is formatted has the token that it was made of, and is not to be cut. */
export type Span = { text: string; token?: MarkedToken }

/** What is closed where its lines are cut apart, and opened again: the fences of code, the head of a table. */
export type Frame = { open: string; close: string; isTable: boolean }

const noFrame: Frame = { open: '', close: '', isTable: false }

/** The least that is not cut without need: a line of a paragraph or of code, a row of a table. */
export type Line = {
  /** What sets it apart from the one before: nothing, a new line, or an empty line. */
  gap: 'none' | 'line' | 'block'
  /** What stands in front: bullets, quote marks, indentation. */
  lead: string
  /** In front of what goes on in a further line. */
  rest: string
  /** In the empty line before. */
  blank: string
  spans: Span[]
  frame: Frame
}

/** Lines that belong together. `plainer`: the same without a table. */
export type Block = { lines: Line[]; plainer?: () => Line[] }

export const lineOf = (spans: Span[], more: Partial<Line> = {}): Line => ({
  gap: 'block',
  lead: '',
  rest: '',
  blank: '',
  spans,
  frame: noFrame,
  ...more,
})

/** Puts lines into a quote or a list's item, which begins with `first` and goes on with `rest`. */
export const within = (lines: Line[], first: string, rest: string): Line[] =>
  lines.map((line, index) => ({
    ...line,
    lead: (index === 0 ? first : rest) + line.lead,
    rest: rest + line.rest,
    // The first line is set apart by what is around.
    blank: index === 0 ? line.blank : rest + line.blank,
  }))

/** Two stretches of code side by side would be one. */
export const textOf = (spans: Span[]): string =>
  spans.reduce((text, span) => text + (text.endsWith('`') && span.text.startsWith('`') ? ' ' : '') + span.text, '')

/** Lines of a text, each with its spans. Without a line that shows nothing. */
export function textLines(spans: Span[]): Line[] {
  const lines: Span[][] = [[]]
  for (const span of spans) {
    const [first = '', ...others] = span.token ? [span.text] : span.text.split('\n')
    lines.at(-1)?.push({ ...span, text: first })
    for (const text of others) lines.push([{ text }])
  }
  return lines
    .filter(line => line.some(({ text }) => text !== ''))
    .map((line, index) => lineOf(withoutIndent(line), { gap: index === 0 ? 'block' : 'line' }))
}

/** Four spaces in front would make code of a text. */
const withoutIndent = ([first, ...others]: Span[]): Span[] =>
  first ? [{ ...first, text: first.text.trimStart() }, ...others] : []
