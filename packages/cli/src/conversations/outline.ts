import type { Choices } from '@waystation/conversations'
import type { Sight } from '@waystation/mailbox'

export type Outline = ReturnType<typeof outline>

/** What is told of a conversation: nothing that was said, nor its system prompt. `model`: who answers there, by `/model`. */
export const outline = ({ conversation, lastAt, blockedAt, ...counts }: Sight, { persona, choice }: Choices) => ({
  conversation,
  lastAt: timeOf(lastAt),
  ...counts,
  persona,
  model: choice,
  blockedAt: timeOf(blockedAt),
})

export const timeOf = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString()
