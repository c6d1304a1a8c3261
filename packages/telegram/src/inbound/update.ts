import { z } from 'zod'

// Only what is used of core.telegram.org/bots/api#update; other fields and future kinds do not matter.

/** Half a surrogate pair or a null byte, which later stations choke on, is what only a forged update has. */
const text = z.string().transform(value => value.toWellFormed().replaceAll('\0', ''))
/** 52 significant bits, so a number is exact. */
const id = z.int()
/** Unix time, s; the largest that `Date` can tell. */
const time = z.int().nonnegative().max(8_640_000_000_000)

const userSchema = z.object({
  id,
  is_bot: z.boolean(),
  first_name: text,
  last_name: text.optional(),
  language_code: text.optional(),
})

/** `offset` and `length` count UTF-16 units, as JavaScript's strings do. */
const entitySchema = z.object({
  type: z.string(),
  offset: z.int().nonnegative(),
  length: z.int().nonnegative(),
  user: userSchema.optional(),
})

const fileSchema = z.object({ file_id: text, file_name: text.optional(), file_size: z.number().optional() })

const words = {
  text: text.optional(),
  caption: text.optional(),
}

const files = {
  /** The same picture in several sizes, ascending. */
  photo: z.array(fileSchema).optional(),
  document: fileSchema.optional(),
  voice: fileSchema.optional(),
  audio: fileSchema.optional(),
  video: fileSchema.optional(),
  video_note: fileSchema.optional(),
  animation: fileSchema.optional(),
  sticker: fileSchema.optional(),
  location: z.unknown().optional(),
  contact: z.object({ first_name: text, last_name: text.optional() }).optional(),
}

const messageSchema = z.looseObject({
  message_id: id.nonnegative(),
  message_thread_id: id.optional(),
  is_topic_message: z.boolean().optional(),
  from: userSchema.optional(),
  /** Set where somebody writes as a chat: an anonymous administrator, or a person as their channel. */
  sender_chat: z.object({ id, title: text.optional() }).optional(),
  chat: z.object({ id, type: z.string() }),
  date: time,
  edit_date: time.optional(),
  is_automatic_forward: z.boolean().optional(),
  reply_to_message: z.object({ message_id: id, from: userSchema.optional(), ...words }).optional(),
  quote: z.object({ text }).optional(),
  ...words,
  entities: z.array(entitySchema).optional(),
  caption_entities: z.array(entitySchema).optional(),
  ...files,
})

export const updateSchema = z.looseObject({
  update_id: id,
  message: messageSchema.optional(),
  edited_message: messageSchema.optional(),
})

/** What Telegram is asked to send; the rest would only be ignored. */
export const allowedUpdates = ['message', 'edited_message']

export type Entity = z.infer<typeof entitySchema>
export type Message = z.infer<typeof messageSchema>
export type Update = z.infer<typeof updateSchema>
