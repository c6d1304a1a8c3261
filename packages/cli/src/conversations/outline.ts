import type { Choices } from '@waystation/conversations'
import type { Sight } from '@waystation/mailbox'

/** What is told of a conversation: nothing that was said, nor its system prompt. */
export type Outline = Omit<Sight, 'blockedAt' | 'lastAt'> & {
  lastAt?: string
  blockedAt?: string
  persona?: string
  /** Who answers there, by `/model`. */
  model?: 'local' | 'commercial'
}

export const outline = (
  { conversation, lastAt, blockedAt, ...counts }: Sight,
  { persona, choice }: Choices,
): Outline => ({
  conversation,
  ...(lastAt === undefined ? {} : { lastAt: new Date(lastAt).toISOString() }),
  ...counts,
  ...(persona === undefined ? {} : { persona }),
  ...(choice === undefined ? {} : { model: choice }),
  ...(blockedAt === undefined ? {} : { blockedAt: new Date(blockedAt).toISOString() }),
})
