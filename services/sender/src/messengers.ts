import type { Messenger } from '@waystation/domain'
import { appsOf, feishuMessenger } from '@waystation/feishu/outbound'
import type { Redis } from '@waystation/redis'
import { telegramMessenger } from '@waystation/telegram/outbound'
import { webMessenger } from '@waystation/web/outbound'
import type { Environment } from './config.ts'

/** One messenger per configured bot, by the beginning of its conversations' ids: `<channel>.<bot>`. */
export function createMessengers(env: Environment, redis: Redis): Map<string, Messenger> {
  const messengers = new Map<string, Messenger>([['web.chat', webMessenger(redis)]])
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: apiRoot } = env
  if (token) messengers.set(`telegram.${token.split(':')[0]}`, telegramMessenger({ apiRoot, token }))
  for (const app of appsOf(env))
    messengers.set(`feishu.${app.appId}`, feishuMessenger(app, { redis, style: env.FEISHU_REPLY_STYLE }))
  return messengers
}
