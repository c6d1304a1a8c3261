import { checkTelegram, privacyOf } from '../checks/telegram.ts'
import type { Setup } from '../setup.ts'
import type { Talk } from '../talk.ts'

export async function askTelegram(talk: Talk, setup: Setup): Promise<void> {
  const known = setup.get('TELEGRAM_BOT_TOKEN')
  let token = known !== undefined && (await talk.yes(KEEP)) ? known : undefined
  const bot = await talk.untilRight(async () => {
    const given = token ?? (await talk.secret(TOKEN))
    token = undefined
    const seen = await talk.look(ASKING, checkTelegram(setup.get('TELEGRAM_API_ROOT'), given))
    setup.set('TELEGRAM_BOT_TOKEN', given)
    return seen
  })
  talk.good({ en: `It is @${bot.username}.`, zh: `机器人是 @${bot.username}。` })
  talk.tell(privacyOf(bot))
  await askMode(talk, setup)
}

/** Where platforms reach us, both ways are open. */
async function askMode(talk: Talk, setup: Setup): Promise<void> {
  if (setup.get('PUBLIC_URL') === undefined) {
    setup.set('TELEGRAM_MODE', undefined)
    return talk.tell(POLLS)
  }
  const mode = await talk.choose(
    { en: 'How do messages come from Telegram?', zh: 'Telegram 的消息怎样到达？' },
    [
      { value: 'webhook', words: { en: 'Webhook: Telegram posts them at once', zh: 'Webhook：Telegram 立即推送' } },
      { value: 'polling', words: { en: 'Polling: the bot fetches them', zh: '轮询：机器人主动收取' } },
    ],
    setup.get('TELEGRAM_MODE') ?? 'webhook',
  )
  setup.set('TELEGRAM_MODE', mode === 'webhook' ? undefined : mode)
}

const KEEP = { en: 'Keep the token of Telegram?', zh: '保留现有的 Telegram token？' }
const TOKEN = {
  en: 'Token from @BotFather (write /newbot to t.me/BotFather)',
  zh: '@BotFather 给出的 token（向 t.me/BotFather 发送 /newbot）',
}
const ASKING = { en: 'Asking Telegram whose it is', zh: '正在询问 Telegram 这是谁的 token' }
const POLLS = {
  en: 'Messages come by polling: nothing need reach this machine.',
  zh: '消息通过轮询收取：无需让外界访问这台机器。',
}
