import { Unavailable } from '@waystation/domain'
import { botApi, telegramConfig } from '@waystation/telegram/inbound'
import { z } from 'zod'
import type { Words } from '../../language.ts'
import { Wrong } from '../../wrong.ts'

const meSchema = z.object({ username: z.string(), can_read_all_group_messages: z.boolean().optional() })

export type TelegramBot = { username: string; readsAll: boolean }

/** Whose token it is, by getMe. Throws `Wrong`. */
export async function checkTelegram(apiRoot: string | undefined, token: string): Promise<TelegramBot> {
  const { data } = telegramConfig.safeParse({ TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: apiRoot })
  if (!data) throw new Wrong(SHAPE)
  const api = botApi({ apiRoot: data.TELEGRAM_API_ROOT, token })
  try {
    const { username, can_read_all_group_messages } = await api.call('getMe', {}, meSchema)
    return { username, readsAll: can_read_all_group_messages === true }
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    throw new Wrong(error.name === 'TokenRefused' ? REFUSED : unreached(data.TELEGRAM_API_ROOT, error.message))
  } finally {
    await api.close()
  }
}

/** What the bot's privacy mode means for its groups. */
export const privacyOf = ({ readsAll }: TelegramBot): Words =>
  readsAll
    ? {
        en: 'Privacy mode is off: in groups it sees all that is said, and forgets what is not meant for it. Nothing here needs that; /setprivacy at @BotFather turns it on, then add the bot to the group again.',
        zh: '隐私模式已关闭：机器人能看到群里所有消息，并忘掉与它无关的。这里不需要如此；在 @BotFather 用 /setprivacy 打开，然后把机器人重新加入群。',
      }
    : {
        en: 'Privacy mode is on: in groups it sees what mentions it, answers it or is a command, which is all it needs.',
        zh: '隐私模式已打开：在群里它只看到提及它、回复它的消息和命令，这就够了。',
      }

const SHAPE = {
  en: 'That is no token. @BotFather writes it like 123456789:AAE… (/newbot, or /mybots and API Token).',
  zh: '这不是 token。@BotFather 给出的形如 123456789:AAE…（/newbot，或 /mybots 里的 API Token）。',
}
const REFUSED = {
  en: 'Telegram refuses this token. Copy it again from @BotFather: /mybots, then API Token.',
  zh: 'Telegram 不接受这个 token。请从 @BotFather 重新复制：/mybots，然后 API Token。',
}
const unreached = (apiRoot: string, why: string) => ({
  en: `Telegram is not reached (${why}). A way out to ${new URL(apiRoot).host} is needed: firewall, DNS, proxy; or TELEGRAM_API_ROOT.`,
  zh: `连不上 Telegram（${why}）。需要能访问 ${new URL(apiRoot).host}：检查防火墙、DNS、代理，或设置 TELEGRAM_API_ROOT。`,
})
