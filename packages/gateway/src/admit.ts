import type { Access } from '@waystation/conversations'
import { type ConversationId, type InboundMessage, Rejected } from '@waystation/domain'

/** The largest question a model is asked; platforms send far less. */
const MAX_TEXT_CHARACTERS = 32_000

/** Throws `Rejected` for a message that gets no answer: not meant for the bot, not allowed, or too long. */
export function admit(message: InboundMessage, access: Pick<Access, 'allow'>): void {
  if (message.addressed === 'no') throw new Rejected('not_addressed')
  if (!isAllowed(message.sender.id, message.conversation, access)) throw new Rejected('not_allowed')
  if (message.text.length > MAX_TEXT_CHARACTERS) throw new Rejected('too_long')
}

/** Whether somebody may use the bot, or everybody in their conversation. */
export const isAllowed = (person: string, conversation: ConversationId, { allow }: Pick<Access, 'allow'>): boolean =>
  !allow || allow.includes(conversation) || allow.includes(person)
