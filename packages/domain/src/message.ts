import { z } from 'zod'
import { type ConversationId, isConversationId } from './conversation.ts'

/** JSON and Lua both choke on half a surrogate pair, and Redis clients on none of it: keep text well-formed. */
const text = z.string().transform(value => value.toWellFormed())
const instant = z.number().int().nonnegative().describe('ms since 1970')

export const conversationIdSchema = z.custom<ConversationId>(
  value => typeof value === 'string' && isConversationId(value),
)

/** What people can ask of the assistant itself, written `/name`; some take words behind it. */
export const commands = [
  'help',
  'model',
  'more',
  'persona',
  'reset',
  'retry',
  'start',
  'stop',
  'system',
  'usage',
  'why',
] as const
export type Command = (typeof commands)[number]

export const senderSchema = z.object({
  id: z.string(),
  name: text.optional(),
  /** BCP 47, as the platform or browser reports it. */
  language: z.string().optional(),
})

export const attachmentSchema = z.object({
  kind: z.enum(['audio', 'contact', 'file', 'image', 'location', 'other', 'sticker', 'video']),
  /** The platform's id, by which the content can be fetched; absent where there is none. */
  id: text.optional(),
  name: text.optional(),
  sizeBytes: z.number().optional(),
})

export const inboundMessageSchema = z.object({
  /** The platform's id of the message, unique in its conversation: redelivered, it is the same. */
  id: z.string(),
  conversation: conversationIdSchema,
  sender: senderSchema,
  text,
  command: z.enum(commands).optional(),
  attachments: z.array(attachmentSchema),
  /** Who is named in the text, the bot itself left out. */
  mentions: z.array(z.object({ id: z.string().optional(), name: text })),
  /** The message this one answers, with what is quoted of it. */
  replyTo: z.object({ id: z.string(), text: text.optional(), toBot: z.boolean() }).optional(),
  /** The id of an earlier message that this one corrects. */
  edits: z.string().optional(),
  /** `direct`: a private chat. In groups, how the bot was addressed, if at all. */
  addressed: z.enum(['direct', 'mention', 'reply', 'command', 'no']),
  sentAt: instant,
  receivedAt: instant,
  traceId: z.string(),
})

export type Sender = z.infer<typeof senderSchema>
export type Attachment = z.infer<typeof attachmentSchema>
export type InboundMessage = z.infer<typeof inboundMessageSchema>
