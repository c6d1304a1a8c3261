import {
  type Command,
  type ConversationId,
  commands,
  conversationId,
  type InboundMessage,
  type RawRequest,
  Rejected,
  traceIdOf,
} from '@waystation/domain'
import { z } from 'zod'
import type { SessionId } from './authenticate.ts'

/** UTF-16 units; a dozen pages. */
const MAX_TEXT = 16_000

const posted = z.object({
  /** Made by the page and kept when it tries again, so that a message counts once. */
  id: z.uuid().toLowerCase(),
  text: z.string().trim(),
})

/** A browser has one conversation. */
export const conversationOfSession = (session: SessionId): ConversationId =>
  conversationId({ channel: 'web', bot: 'chat', chat: session })

/** `{ id, text }` as the page posts it. Throws `Rejected` with what is wrong with it. */
export function parse(request: RawRequest, session: SessionId, receivedAt: number): InboundMessage {
  const { data: message } = posted.safeParse(readJson(request.body))
  if (!message) throw new Rejected('bad_message')
  const { id, text } = message
  if (text === '') throw new Rejected('empty_text')
  if (text.length > MAX_TEXT) throw new Rejected('too_long')
  if (!text.isWellFormed() || text.includes('\0')) throw new Rejected('bad_text')
  const command = commandOf(text)
  const language = preferred(request.headers['accept-language'])
  return {
    id,
    conversation: conversationOfSession(session),
    sender: { id: session, ...(language === undefined ? {} : { language }) },
    text,
    ...(command === undefined ? {} : { command }),
    attachments: [],
    mentions: [],
    addressed: 'direct',
    // A browser's clock may be anywhere.
    sentAt: receivedAt,
    receivedAt,
    traceId: traceIdOf(request),
  }
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new Rejected('not_json', { cause })
  }
}

function commandOf(text: string): Command | undefined {
  const name = /^\/(\w+)(?=\s|$)/.exec(text)?.[1]?.toLowerCase()
  return commands.find(command => command === name)
}

/** The first language tag: browsers write the preferred one first. */
function preferred(acceptLanguage: string | string[] | undefined): string | undefined {
  return /^\s*([a-z]{2,3}(?:-[a-z\d]{1,8}){0,3})\s*(?=[,;]|$)/i.exec(String(acceptLanguage ?? ''))?.[1]
}
