import { type Line, textOf } from './page.ts'
import { bytesOf, MAX_BYTES, QUOTES_BYTES } from './size.ts'

/** What one card or post holds, as far as it is written. */
export type Part = {
  text: string
  /** Of its text as JSON within JSON. */
  bytes: number
  tables: number
  isVisible: boolean
  /** What stands in front of the lines of the list in whose middle the part begins: they are moved out by that. */
  outer: { quotes: string; spaces: number }
  last: Line | undefined
}

const visible = /[^\s\p{Cc}\p{Cf}]/u

export const emptyPart: Part = {
  text: '',
  bytes: QUOTES_BYTES,
  tables: 0,
  isVisible: false,
  outer: { quotes: '', spaces: 0 },
  last: undefined,
}

/** The part with one more line, if there is room. */
export function add(part: Part, line: Line): Part | undefined {
  const { last } = part
  const outer = last ? part.outer : outerOf(line.lead)
  const isOpening = last?.frame !== line.frame
  const body = textOf(line.spans)
  const lead = last && line.gap === 'none' ? '' : movedOut(line.lead, outer)
  const written = lead + lines(isOpening ? line.frame.open + body : body, movedOut(line.rest, outer))
  const text = last ? (isOpening ? endOf(part) : '') + gapOf(line) + written : written.trimStart()
  const grown: Part = {
    text: part.text + text,
    bytes: part.bytes + bytesOf(text),
    tables: part.tables + (isOpening && line.frame.isTable ? 1 : 0),
    isVisible: part.isVisible || line.frame.isTable || visible.test(body),
    outer,
    last: line,
  }
  return grown.bytes + bytesOf(endOf(grown)) <= MAX_BYTES ? grown : undefined
}

/** The part's markdown, nothing in it left open. */
export const finished = (part: Part): string => (part.text + endOf(part)).trimEnd()

const endOf = ({ last, outer }: Part): string => (last ? lines(last.frame.close, movedOut(last.rest, outer)) : '')

const gapOf = ({ gap, blank }: Line): string => ({ none: '', line: '\n', block: `\n${blank.trimEnd()}\n` })[gap]

const lines = (text: string, rest: string): string => (rest === '' ? text : text.replaceAll('\n', `\n${rest}`))

function outerOf(lead: string): Part['outer'] {
  const [, quotes = '', spaces = ''] = /^((?:> )*)( *)/.exec(lead) ?? []
  return { quotes, spaces: spaces.length }
}

/** With four spaces in front, and no list around any more, text would be code. */
function movedOut(lead: string, { quotes, spaces }: Part['outer']): string {
  if (spaces === 0 || !lead.startsWith(quotes)) return lead
  const inner = lead.slice(quotes.length)
  const indent = inner.length - inner.trimStart().length
  return quotes + inner.slice(Math.min(spaces, indent))
}
