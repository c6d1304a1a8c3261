import { badRequest, type Refused } from './refused.ts'
import type { Entity } from './wire.ts'

/** Text as people see it, and what is marked in it. */
export type Formatted = { text: string; entities: Entity[] }

const entityTypes = new Map([
  ...['b', 'strong'].map(tag => [tag, 'bold'] as const),
  ...['i', 'em'].map(tag => [tag, 'italic'] as const),
  ...['u', 'ins'].map(tag => [tag, 'underline'] as const),
  ...['s', 'strike', 'del'].map(tag => [tag, 'strikethrough'] as const),
  ...['span', 'tg-spoiler'].map(tag => [tag, 'spoiler'] as const),
  ['a', 'text_link'],
  ['code', 'code'],
  ['pre', 'pre'],
  ['blockquote', 'blockquote'],
  ['tg-emoji', 'custom_emoji'],
])

const startTag = /<([a-z][a-z0-9-]*)((?:\s+[a-z-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[\w.-]+))?)*)\s*>/iy
const attribute = /([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+)))?/gi
const endTag = /<\/([a-z0-9-]*)\s*>/iy
const reference = /&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi
const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' }

type Open = { tag: string; attributes: Map<string, string>; offset: number }

/**
 * `parse_mode: HTML`, as strict as the real server: known tags only, each closed in its turn. Throws `Refused` 400
 * "can't parse entities: …" with the place in bytes. Unknown `&…;` references stay as they are written.
 */
export function parseHtml(html: string): Formatted {
  const open: Open[] = []
  const entities: Entity[] = []
  let text = ''
  let at = 0
  while (at < html.length) {
    const next = html.indexOf('<', at)
    text += unescapeHtml(html.slice(at, next < 0 ? html.length : next))
    if (next < 0) break
    if (html[next + 1] === '/') {
      at = readEndTag(html, next, open)
      const closed = open.pop()
      if (closed) mark(closed, text, entities)
    } else {
      const { end, ...tag } = readStartTag(html, next)
      open.push({ ...tag, offset: text.length })
      at = end
    }
  }
  const unclosed = open.at(-1)
  if (unclosed) throw cannotParse(`Can't find end tag corresponding to start tag "${unclosed.tag}"`)
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) }
}

function readStartTag(html: string, at: number) {
  startTag.lastIndex = at
  const match = startTag.exec(html)
  const tag = (match?.[1] ?? /^<([^\s>]*)/.exec(html.slice(at, at + 64))?.[1] ?? '').toLowerCase()
  if (!entityTypes.has(tag)) throw cannotParse(`Unsupported start tag "${tag}" at byte offset ${bytes(html, at)}`)
  if (!match) throw cannotParse(`Unclosed start tag at byte offset ${bytes(html, at)}`)
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single, bare] of (match[2] ?? '').matchAll(attribute))
    attributes.set(name.toLowerCase(), unescapeHtml(double ?? single ?? bare ?? ''))
  if (tag === 'span' && attributes.get('class') !== 'tg-spoiler')
    throw cannotParse(`Tag "span" must have class "tg-spoiler" at byte offset ${bytes(html, at)}`)
  return { tag, attributes, end: startTag.lastIndex }
}

function readEndTag(html: string, at: number, open: Open[]): number {
  endTag.lastIndex = at
  const tag = endTag.exec(html)?.[1]?.toLowerCase()
  const expected = open.at(-1)?.tag
  if (tag === undefined || expected === undefined)
    throw cannotParse(`Unexpected end tag at byte offset ${bytes(html, at)}`)
  if (tag !== '' && tag !== expected)
    throw cannotParse(
      `Unmatched end tag at byte offset ${bytes(html, at)}, expected "</${expected}>", found "</${tag}>"`,
    )
  return endTag.lastIndex
}

/** Nothing for an empty stretch. A `<pre>` takes over the `<code class="language-x">` that fills it, with its language. */
function mark({ tag, attributes, offset }: Open, text: string, entities: Entity[]): void {
  const length = text.length - offset
  if (length === 0) return
  const type = entityTypes.get(tag) ?? tag
  const inner = entities.at(-1)
  const isFilled = type === 'pre' && inner?.type === 'code' && inner.offset === offset && inner.length === length
  if (isFilled) entities.pop()
  entities.push({
    type,
    offset,
    length,
    url: type === 'text_link' ? (attributes.get('href') ?? text.slice(offset)) : undefined,
    custom_emoji_id: attributes.get('emoji-id'),
    language: isFilled ? inner.language : languageOf(attributes),
  })
}

const languageOf = (attributes: Map<string, string>) => /^language-(.+)/.exec(attributes.get('class') ?? '')?.[1]

const unescapeHtml = (text: string): string =>
  text.replace(reference, (whole, name?: string, decimal?: string, hex?: string) => {
    if (name) return named[name.toLowerCase()] ?? whole
    const code = decimal ? Number.parseInt(decimal, 10) : Number.parseInt(hex ?? '', 16)
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole
  })

const bytes = (html: string, at: number): number => Buffer.byteLength(html.slice(0, at))

const cannotParse = (why: string): Refused => badRequest(`can't parse entities: ${why}`)
