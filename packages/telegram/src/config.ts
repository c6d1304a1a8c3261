import { z } from 'zod'

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** An address that what is secret may be sent to: `https://`, or `http://` on this machine, for simulators. */
export const safeUrl = (error: string) =>
  z.string(error).refine(address => {
    const url = URL.parse(address)
    return url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.test(url.hostname))
  }, error)

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
