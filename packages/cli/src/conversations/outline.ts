import type { Choices } from '@waystation/conversations'
import type { ConversationId } from '@waystation/domain'
import type { Sight } from '@waystation/mailbox'

/** What is told of a conversation: nothing that was said, nor its system prompt. */
export type Outline = Omit<Sight, 'blockedAt' | 'lastAt'> & {
  conversation: ConversationId
  lastAt?: string
  blockedAt?: string
  persona?: string
  /** Who answers there, by `/model`. */
  model?: 'local' | 'commercial'
}

export const outline = ({ lastAt, blockedAt, ...sight }: Sight, { persona, choice }: Choices): Outline => ({
  ...sight,
  ...(lastAt === undefined ? {} : { lastAt: new Date(lastAt).toISOString() }),
  ...(persona === undefined ? {} : { persona }),
  ...(choice === undefined ? {} : { model: choice }),
  ...(blockedAt === undefined ? {} : { blockedAt: new Date(blockedAt).toISOString() }),
})
