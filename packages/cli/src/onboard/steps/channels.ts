import { faultOfPublicUrl, lookAtPublicUrl } from '../checks/public-url.ts'
import type { Setup } from '../setup.ts'
import type { Talk } from '../talk.ts'
import { askFeishu } from './feishu.ts'
import { askTelegram } from './telegram.ts'

/** Where people write. The web chat is always there. */
export async function askChannels(talk: Talk, setup: Setup): Promise<void> {
  const isOn = {
    telegram: setup.get('TELEGRAM_BOT_TOKEN') !== undefined,
    feishu: setup.get('FEISHU_APP_ID') !== undefined,
  }
  const chosen = await talk.chooseSome(
    { en: 'Where do people write, beside the web chat?', zh: '除网页聊天外，还连接哪些平台？' },
    [
      { value: 'telegram', words: { en: 'Telegram', zh: 'Telegram' } },
      { value: 'feishu', words: { en: 'Feishu or Lark', zh: '飞书或 Lark' } },
    ],
    [...(isOn.telegram ? ['telegram'] : []), ...(isOn.feishu ? ['feishu'] : [])],
  )
  if (chosen.length > 0) await askPublicUrl(talk, setup)
  if (chosen.includes('telegram')) await askTelegram(talk, setup)
  else setup.set('TELEGRAM_BOT_TOKEN', undefined)
  if (chosen.includes('feishu')) await askFeishu(talk, setup)
  else for (const name of ['FEISHU_APP_ID', 'FEISHU_APP_SECRET']) setup.set(name, undefined)
  talk.tell(setup.target === 'start' ? WEB : WEB_OF_COMPOSE)
}

/** By it webhooks are chosen. */
async function askPublicUrl(talk: Talk, setup: Setup): Promise<void> {
  const now = setup.get('PUBLIC_URL')
  const isPublic = await talk.choose(
    { en: 'Can the platforms reach this machine from the internet?', zh: '平台能从互联网访问这台机器吗？' },
    [
      {
        value: false,
        words: { en: 'No: the bots fetch their messages themselves', zh: '不能：由机器人主动收取消息' },
        hint: EASY,
      },
      { value: true, words: { en: 'Yes: they post to its address', zh: '能：平台推送到它的地址' }, hint: PROXIED },
    ],
    now !== undefined,
  )
  if (!isPublic) return setup.set('PUBLIC_URL', undefined)
  const options = {
    hint: 'https://bot.example.com',
    check: faultOfPublicUrl,
    ...(now === undefined ? {} : { initial: now }),
  }
  const publicUrl = await talk.text({ en: 'Its address', zh: '它的地址' }, options)
  setup.set('PUBLIC_URL', publicUrl)
  talk.tell(await talk.look({ en: 'Looking at it', zh: '正在访问' }, lookAtPublicUrl(publicUrl)))
}

const EASY = { en: 'works everywhere', zh: '处处可用' }
const PROXIED = { en: 'wants a certificate and port 443', zh: '需要证书和 443 端口' }
const WEB = {
  en: 'The web chat is always there, on port 3000 or what PORT says.',
  zh: '网页聊天始终可用，端口 3000 或 PORT 指定的端口。',
}
const WEB_OF_COMPOSE = {
  en: 'The web chat is always there: https://<this server>/.',
  zh: '网页聊天始终可用：https://<本服务器>/。',
}
