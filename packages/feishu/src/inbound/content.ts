import { type Attachment, Rejected } from '@waystation/domain'
import { z } from 'zod'
import { type MessageEvent, maybe, read, text } from './event.ts'
import { cardSchema, filesOf, postSchema, wordsOf } from './post.ts'

/** What a message says, mentions still as placeholders, and what it carries besides words. */
type Content = { text: string; attachments: Attachment[] }

const textSchema = z.object({ text })
const imageSchema = z.object({ image_key: text })
const fileSchema = z.object({ file_key: text, file_name: maybe(text) })
const locationSchema = z.object({ name: maybe(text) })
const contactSchema = z.object({ user_id: maybe(text) })

/**
 * Undefined for a type that says nothing to a bot
 * (open.feishu.cn …/im-v1/message/events/message_content has them all). Throws `Rejected('bad_event')`.
 */
export function readContent({ message_type, content, mentions = [] }: MessageEvent['message']): Content | undefined {
  switch (message_type) {
    case 'text':
      return { text: read(textSchema, readJson(content)).text, attachments: [] }
    case 'post': {
      const post = read(postSchema, readJson(content))
      return { text: wordsOf(post, mentions), attachments: filesOf(post) }
    }
    case 'interactive':
      // The files of a card cannot be fetched.
      return { text: wordsOf(read(cardSchema, readJson(content)), mentions), attachments: [] }
    case 'image':
      return only({ kind: 'image', id: read(imageSchema, readJson(content)).image_key })
    case 'file':
    case 'folder':
      return only(file('file', content))
    case 'audio':
      return only(file('audio', content))
    case 'media':
      return only(file('video', content))
    case 'sticker':
      return only(file('sticker', content))
    case 'location':
      return only({ kind: 'location', ...named(read(locationSchema, readJson(content)).name) })
    case 'share_user':
      return only(contact(content))
    case 'merge_forward':
      // What was forwarded is not told here.
      return only({ kind: 'other', name: 'forwarded messages' })
    default:
      return undefined
  }
}

const only = (attachment: Attachment): Content => ({ text: '', attachments: [attachment] })

function file(kind: Attachment['kind'], content: string): Attachment {
  const { file_key, file_name } = read(fileSchema, readJson(content))
  return { kind, id: file_key, ...named(file_name) }
}

function contact(content: string): Attachment {
  const { user_id } = read(contactSchema, readJson(content))
  return { kind: 'contact', ...(user_id === undefined ? {} : { id: user_id }) }
}

const named = (name: string | undefined) => (name === undefined ? {} : { name })

function readJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch (cause) {
    throw new Rejected('bad_event', { cause })
  }
}
