import { Rejected } from '@waystation/domain'
import { z } from 'zod'

// Only what is used of open.feishu.cn/document/server-docs/im-v1/message/events/receive and its neighbours; other
// fields and future kinds do not matter.

/** Half a surrogate pair or a null byte, which later stations choke on, is what only a forged event has. */
export const text = z.string().transform(value => value.toWellFormed().replaceAll('\0', ''))
/** `om_…`, `oc_…`, `ou_…`; ids of ours are made from them with a dot between. */
const id = z.string().regex(/^[\w-]{1,128}$/)

/** What there is not is left out, or null (as real events have `user_id`), or empty. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema
    .or(z.literal(''))
    .nullish()
    .transform(value => value || undefined)

/** A later instant in ms than this is written in µs. */
const MOST_MS = 1e14
/** ms since 1970. As a string it comes in ms or in µs, depending on the event. */
const time = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(digits => (Number(digits) > MOST_MS ? Math.floor(Number(digits) / 1000) : Number(digits)))

const personSchema = z.object({ open_id: maybe(id) })

export const envelopeSchema = z.object({
  schema: z.literal('2.0'),
  header: z.object({ event_id: id, event_type: z.string(), create_time: time }),
  event: z.unknown(),
})

/** Events of the first generation, which old apps may still be subscribed to. */
export const schemaOneSchema = z.object({ schema: z.never().optional(), type: z.literal('event_callback') })

export const encryptedSchema = z.object({ encrypt: z.string() })

const challengeSchema = z.object({ type: z.literal('url_verification'), challenge: z.string() })

/** What must be said again to prove that an address is ours; undefined for every other event. */
export const challengeOf = (raw: unknown): string | undefined => challengeSchema.safeParse(raw).data?.challenge

const originSchema = z
  .object({ header: z.object({ app_id: z.string().catch(''), token: z.string().catch('') }) })
  .transform(({ header }) => ({ appId: header.app_id, token: header.token }))
  .or(z.object({ header: z.never().optional(), token: z.string() }).transform(({ token }) => ({ token })))

/** What an event says of where it comes from, not yet believed. Only those of schema 2.0 name the app. */
export const originOf = (raw: unknown): { appId?: string; token?: string } => originSchema.safeParse(raw).data ?? {}

const mentionSchema = z
  .object({ key: z.string(), id: maybe(personSchema), name: text })
  .transform(({ key, id, name }) => ({ key, name, openId: id?.open_id }))

export const messageEventSchema = z.object({
  sender: z.object({ sender_type: z.string(), sender_id: maybe(personSchema) }),
  message: z.object({
    message_id: id,
    chat_id: id,
    chat_type: z.string(),
    thread_id: maybe(id),
    root_id: maybe(id),
    parent_id: maybe(id),
    create_time: time,
    message_type: z.string(),
    /** JSON; what is in it depends on the type. */
    content: z.string(),
    mentions: maybe(z.array(mentionSchema)),
    /** Told to apps that may read it. */
    user_agent: maybe(z.string()),
  }),
})

/** Which topic the message was in is not told. */
export const recallEventSchema = z.object({ message_id: id, chat_id: id })

export const botAddedEventSchema = z.object({ chat_id: id, operator_id: maybe(personSchema) })

export const chatEnteredEventSchema = z.object({
  chat_id: id,
  operator_id: maybe(personSchema),
  last_message_id: maybe(z.string()),
})

export const actionEventSchema = z.object({
  operator: z.object({ open_id: id }),
  action: z.object({ value: z.unknown().optional() }),
  context: z.object({ open_message_id: id, open_chat_id: id }),
})

/** Throws `Rejected('bad_event')` where a field that is read has the wrong type. */
export function read<Schema extends z.ZodType>(schema: Schema, raw: unknown): z.infer<Schema> {
  const { success, data } = schema.safeParse(raw)
  if (!success) throw new Rejected('bad_event')
  return data
}

export type Header = z.infer<typeof envelopeSchema>['header']
export type Mention = z.infer<typeof mentionSchema>
export type ActionEvent = z.infer<typeof actionEventSchema>
export type RecallEvent = z.infer<typeof recallEventSchema>
export type MessageEvent = z.infer<typeof messageEventSchema>
