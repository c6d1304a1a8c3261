import type { Attachment } from '@waystation/domain'
import { z } from 'zod'
import { type Mention, maybe, text } from './event.ts'

const elementSchema = z.object({
  tag: z.string(),
  text: maybe(text),
  style: maybe(z.array(z.string())),
  href: maybe(text),
  /** As it is received, a placeholder; as it is sent, an open id or `all`. */
  user_id: maybe(text),
  user_name: maybe(text),
  image_key: maybe(text),
  file_key: maybe(text),
  emoji_type: maybe(text),
  language: maybe(text),
})

type Element = z.infer<typeof elementSchema>

/** One that we cannot read is left out; the others still say what was meant. */
const unreadable = elementSchema.parse({ tag: 'unreadable' })
const paragraphsSchema = z.array(z.array(elementSchema.catch(unreadable)))

const bodySchema = z.object({ title: maybe(text), content: paragraphsSchema })

/** Rich text: as it is received, or as it is sent, in several languages that say the same. */
export const postSchema = bodySchema.or(
  z.record(z.string(), bodySchema).transform((bodies, context) => {
    const body = bodies.zh_cn ?? bodies.en_us ?? Object.values(bodies)[0]
    if (body) return body
    context.addIssue('in no language')
    return z.NEVER
  }),
)

/** A card, of which only a degraded form is told, without what made it a card. */
export const cardSchema = z
  .object({ title: maybe(text), elements: z.array(z.array(elementSchema.catch(unreadable)).catch([])).catch([]) })
  .transform(({ title, elements }) => ({ title, content: elements }))

type Post = z.infer<typeof bodySchema>

/** The words of rich text as Markdown, with placeholders for who is mentioned. */
export function wordsOf({ title, content }: Post, mentioned: readonly Mention[]): string {
  const paragraphs = content.map(elements => paragraphOf(elements, mentioned))
  return [...(title === undefined ? [] : [`**${title}**`, '']), ...paragraphs].join('\n')
}

export const filesOf = ({ content }: Post): Attachment[] =>
  content.flat().flatMap(({ tag, image_key, file_key }): Attachment[] => {
    if (tag === 'img' && image_key !== undefined) return [{ kind: 'image', id: image_key }]
    // Its `image_key` is only a still of it.
    if (tag === 'media' && file_key !== undefined) return [{ kind: 'video', id: file_key }]
    return []
  })

/** Blocks stand on lines of their own. */
const paragraphOf = (elements: Element[], mentioned: readonly Mention[]): string =>
  elements
    .map(element => write(element, mentioned))
    .join('')
    .replace(/^\n|\n$/g, '')

function write(element: Element, mentioned: readonly Mention[]): string {
  const { tag, text = '', style, href, emoji_type, language } = element
  switch (tag) {
    case 'text':
      return styled(text, style)
    case 'a':
      return link(text, href)
    case 'at':
      return placeholderOf(element, mentioned)
    case 'emotion':
      return emoji_type === undefined ? '' : `[${emoji_type}]`
    case 'code_block':
      return `\n${codeBlock(text, language)}\n`
    case 'md':
      return `\n${text}\n`
    case 'hr':
      // Right under a line of text it would make a heading of that.
      return '\n\n---\n'
    default:
      return text
  }
}

const marks = { bold: '**', italic: '*', lineThrough: '~~' }

/** Markdown's marks touch the words they mark. */
function styled(text: string, style: string[] = []): string {
  const words = text.trim()
  if (words === '') return text
  const marked = Object.entries(marks)
    .filter(([name]) => style.includes(name))
    .reduce((inner, [, mark]) => mark + inner + mark, words)
  return text.replace(words, () => marked)
}

function link(text: string, href: string | undefined): string {
  if (href === undefined || href === text) return text
  return text === '' ? href : `[${text}](${href})`
}

function placeholderOf({ user_id, user_name }: Element, mentioned: readonly Mention[]): string {
  if (user_id === 'all' || user_id === '@_all') return '@_all'
  const mention = user_id && mentioned.find(({ key, openId }) => key === user_id || openId === user_id)
  if (mention) return mention.key
  return user_name === undefined ? (user_id ?? '') : `@${user_name}`
}

function codeBlock(code: string, language = ''): string {
  const longestRun = (code.match(/`+/g) ?? []).reduce((longest, { length }) => Math.max(longest, length), 0)
  const fence = '`'.repeat(Math.max(3, longestRun + 1))
  return `${fence}${language.toLowerCase()}\n${code.replace(/\n$/, '')}\n${fence}`
}
