import { z } from 'zod'
import type { FeishuApi } from '../api.ts'

/** The bot of an app, as people see it. */
export type Bot = {
  /** Of this bot in this app: every app knows everybody by other open ids. */
  openId: string
  name: string
}

const infoSchema = z.object({ bot: z.object({ open_id: z.string(), app_name: z.string() }) })

/** Who the app's credentials belong to. Throws `Unavailable`, also for credentials that are refused. */
export async function learnBot(api: FeishuApi, signal: AbortSignal): Promise<Bot> {
  const { bot } = await api.call({ name: 'bot', method: 'GET', path: '/open-apis/bot/v3/info' }, infoSchema, { signal })
  return { openId: bot.open_id, name: bot.app_name }
}
