import { safeUrl } from '@waystation/http'
import { z } from 'zod'

const token = 'the token that @BotFather gave, such as 123456789:AAE…'

/** The bot, for `readEnv`. */
export const telegramConfig = z.object({
  TELEGRAM_BOT_TOKEN: z
    .string(token)
    .regex(/^\d+:[\w-]+$/, token)
    .optional(),
  TELEGRAM_API_ROOT: safeUrl('where the Bot API is: https://…, or http:// on this machine').default(
    'https://api.telegram.org',
  ),
})
