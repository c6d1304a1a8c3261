import { z } from 'zod'
import type { BotApi } from '../api.ts'

/** The bot that reads. */
const botSchema = z.object({
  id: z.int(),
  /** Without `@`. */
  username: z.string(),
})

export type Bot = z.infer<typeof botSchema>

/** Who the token belongs to. Throws `Unavailable`, also for a token that is refused. */
export const learnBot = (api: BotApi, signal: AbortSignal): Promise<Bot> => api.call('getMe', {}, botSchema, { signal })
