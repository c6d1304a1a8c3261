import { BadCard, type CardFace, faceOf, isObject, isShared, type Json, parseCard, tryParse } from './card.ts'
import { invalid, Refused } from './refused.ts'

/** Bytes of `content` in the request. */
const LONGEST_TEXT = 150 * 1024
const LONGEST_CARD = 30 * 1024

const plainTypes = new Set('image file audio media sticker share_chat share_user system'.split(' '))

/** What is sent, as far as it is known without looking further. */
export type Content = { type: string; json: string; face: CardFace } & (
  | { kind: 'plain' }
  | { kind: 'card'; isShared: boolean }
  | { kind: 'entity'; cardId: string }
)

/** Reads the `content` of a message. Throws `Refused`. */
export function readContent(type: unknown, json: unknown): Content {
  if (typeof type !== 'string' || typeof json !== 'string') throw invalid('msg_type and content must be strings')
  const longest = type === 'text' ? LONGEST_TEXT : LONGEST_CARD
  if (Buffer.byteLength(json) > longest)
    throw new Refused(230025, 'The length of the message content reaches its limit.')
  const value = tryParse(json)
  if (type === 'interactive') return readCard(json, value)
  if (!isObject(value)) throw invalid('content is not a string in json format')
  return { type, json, kind: 'plain', face: { text: textOf(type, value), buttons: [] } }
}

function readCard(json: string, value: unknown): Content {
  if (isObject(value) && value.type === 'card') {
    const cardId = isObject(value.data) ? value.data.card_id : undefined
    if (typeof cardId !== 'string') throw invalid('card_id is invalid')
    return { type: 'interactive', json, kind: 'entity', cardId, face: { text: '', buttons: [] } }
  }
  try {
    const card = parseCard(json)
    return { type: 'interactive', json, kind: 'card', isShared: isShared(card), face: faceOf(card) }
  } catch (error) {
    throw error instanceof BadCard ? cardRefused(error) : error
  }
}

/** The sub-code stands in the text. */
export const cardRefused = ({ code, message }: BadCard): Refused =>
  new Refused(230099, `Failed to create card content, ext=ErrCode: ${code}; ErrMsg: ${message}; `)

function textOf(type: string, value: Json): string {
  if (type === 'post') return postText(value)
  if (plainTypes.has(type)) return ''
  if (type !== 'text') throw invalid('invalid msg_type')
  if (typeof value.text !== 'string' || value.text === '') throw invalid('text content is empty')
  return value.text
}

/** A post that is sent has its languages around it; one that was received has none. */
function postText(value: Json): string {
  const post = value.zh_cn ?? value.en_us ?? value.ja_jp
  if (!isObject(post) || !Array.isArray(post.content)) throw invalid('invalid post content')
  const lines = post.content.map(line => {
    if (!Array.isArray(line) || !line.every(isObject)) throw invalid('invalid post content')
    return line.map(wordOf).join('')
  })
  return [...(typeof post.title === 'string' && post.title !== '' ? [post.title] : []), ...lines].join('\n')
}

function wordOf({ tag, text, user_id: user, user_name: name }: Json): string {
  if (tag === 'at') return `@${name ?? user}`
  if (tag === 'hr') return '---'
  return typeof text === 'string' ? text : ''
}
