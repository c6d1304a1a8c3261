import { z } from 'zod'
import { historySettings } from './history.ts'
import { DEFAULT_PERSONA } from './prompt.ts'

const accessSettings = z.strictObject({
  /** Who may use the bot: ids of senders, as their platform writes them, or of conversations. Everybody when absent. */
  allow: z.array(z.string()).optional(),
})
export type Access = z.infer<typeof accessSettings>

/** The file that `WAYSTATION_CONFIG` names: what is neither a secret nor an address. A misspelt key is a fault. */
export const settings = z.strictObject({
  /** Who the assistant is: the model's system prompt. */
  persona: z.string().default(DEFAULT_PERSONA),
  history: historySettings.prefault({}),
  access: accessSettings.prefault({}),
})
