import type { Access } from '@waystation/conversations'
import { type InboundMessage, Rejected } from '@waystation/domain'

/** The largest question a model is asked; platforms send far less. */
const MAX_TEXT_CHARACTERS = 32_000

/** Throws `Rejected` for a message that gets no answer: not meant for the bot, not allowed, or too long. */
export function admit(message: InboundMessage, { allow }: Access): void {
  if (message.addressed === 'no') throw new Rejected('not_addressed')
  const allowed = !allow || allow.includes(message.conversation) || allow.includes(message.sender.id)
  if (!allowed) throw new Rejected('not_allowed')
  if (message.text.length > MAX_TEXT_CHARACTERS) throw new Rejected('too_long')
}
