import type { Attachment } from '@waystation/domain'
import { nameOf } from './text.ts'
import type { Message } from './update.ts'

type File = { file_id: string; file_name?: string | undefined; file_size?: number | undefined }

/** What a message carries besides words; each file with the id by which `getFile` finds it. */
export function attachmentsOf(message: Message): Attachment[] {
  const { photo, document, voice, audio, video, video_note, animation, sticker, location, contact } = message
  const found: (Attachment | undefined)[] = [
    file('image', photo?.at(-1)),
    // An animation is repeated as a document, for bots older than animations.
    file('file', animation ? undefined : document),
    file('audio', voice ?? audio),
    file('video', video ?? video_note ?? animation),
    file('sticker', sticker),
    location === undefined ? undefined : { kind: 'location' },
    contact && { kind: 'contact', name: nameOf(contact) },
  ]
  return found.filter(attachment => attachment !== undefined)
}

function file(kind: Attachment['kind'], file: File | undefined): Attachment | undefined {
  if (!file) return undefined
  const { file_id, file_name, file_size } = file
  return {
    kind,
    id: file_id,
    ...(file_name === undefined ? {} : { name: file_name }),
    ...(file_size === undefined ? {} : { sizeBytes: file_size }),
  }
}
