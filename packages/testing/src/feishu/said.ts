import type { FeishuApp } from './apps.ts'
import { isObject } from './card.ts'
import type { Person } from './chats.ts'
import { userIdOf } from './event.ts'
import type { Mention } from './wire.ts'

/** A text, or a message of another type with its content as the platform hands it on. */
export type Saying = string | { type: string; content: object | string }

/** Someone named in a message, a person or a bot. */
export type Named = { kind: 'user' | 'bot'; person: Person }

const keyOf = (index: number): string => `@_user_${index + 1}`

/** Type and content of a message; who is mentioned stands in front unless the words already name the place. */
export function wordsOf(saying: Saying, mentioned: readonly string[]): { type: string; content: string } {
  if (typeof saying === 'string') return { type: 'text', content: JSON.stringify({ text: inFront(saying, mentioned) }) }
  const { type, content } = saying
  if (typeof content === 'string') return { type, content }
  if (type !== 'post') return { type, content: JSON.stringify(content) }
  return { type, content: JSON.stringify(withMentions(content, mentioned)) }
}

function inFront(text: string, mentioned: readonly string[]): string {
  const named = new Set(text.match(/@_user_\d+/g))
  return [...mentioned.map((_, index) => keyOf(index)).filter(key => !named.has(key)), text].join(' ')
}

function withMentions(post: object, mentioned: readonly string[]): object {
  const content = 'content' in post ? post.content : undefined
  if (!Array.isArray(content) || mentioned.length === 0) return post
  const named = JSON.stringify(content)
  const tags = mentioned.flatMap((name, index) => {
    const key = keyOf(index)
    return named.includes(`"${key}"`) ? [] : [{ tag: 'at', user_id: key, user_name: name, style: [] }]
  })
  const [first, ...rest] = content
  return { ...post, content: [[...tags, ...(Array.isArray(first) ? first.filter(isObject) : [])], ...rest] }
}

/** The list beside the content, as one app sees it. */
export function mentionsFor(app: FeishuApp, named: readonly Named[]): Mention[] {
  return named.map(({ kind, person }, index) => {
    const { user_id, ...ids } = userIdOf(person, app)
    const id = user_id === undefined || kind === 'bot' ? ids : { ...ids, user_id }
    return { key: keyOf(index), id, mentioned_type: kind, name: person.name, tenant_key: app.tenantKey }
  })
}
