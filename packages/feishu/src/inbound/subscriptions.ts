import { z } from 'zod'
import type { FeishuApi } from '../api.ts'

/** Without the first nothing comes, without the other the buttons under answers do nothing. */
const needed = [
  { name: 'im.message.receive_v1', isVital: true },
  { name: 'card.action.trigger', isVital: false },
] as const

const LANGUAGE = 'lang=en_us'

const appSchema = z.object({
  data: z.object({
    app: z.object({
      online_version_id: z.string().optional(),
      event: z.object({ request_url: z.string().optional() }).optional(),
      callback_info: z
        .object({
          callback_type: z.string().optional(),
          request_url: z.string().optional(),
          subscribed_callbacks: z.array(z.string()).optional(),
        })
        .optional(),
    }),
  }),
})

const versionSchema = z.object({
  data: z.object({ app_version: z.object({ event_infos: z.array(z.object({ event_type: z.string() })).optional() }) }),
})

/** Where Feishu is to post to: the request URL of an app's page. */
export const webhookUrl = (publicUrl: string): string => `${publicUrl.replace(/\/$/, '')}/webhooks/feishu`

/** What an app is told, as its page says. */
export type Subscriptions = {
  missing: { name: string; isVital: boolean }[]
  /** Where Feishu posts to, as far as it says. */
  addresses: string[]
  /** How callbacks come: `webhook` or `websocket`. */
  mode: string | undefined
}

/**
 * The events of an app's published version, and its callbacks. Needs the scope `application:application:self_manage`
 * (open.feishu.cn/document/server-docs/application-v6/application/get and …/get-2; `callback_info` is in the types of
 * Feishu's SDK alone). Throws as `FeishuApi` says.
 */
export async function readSubscriptions(api: FeishuApi): Promise<Subscriptions> {
  const path = '/open-apis/application/v6/applications/me'
  const { app } = (await api.call({ name: 'app', method: 'GET', path: `${path}?${LANGUAGE}` }, appSchema)).data
  const { online_version_id: version, event, callback_info: callback } = app
  const told = new Set([...(version ? await eventsOf(version) : []), ...(callback?.subscribed_callbacks ?? [])])
  return {
    missing: needed.filter(({ name }) => !told.has(name)),
    addresses: [event?.request_url, callback?.request_url].flatMap(url => (url ? [url] : [])),
    mode: callback?.callback_type,
  }

  async function eventsOf(version: string): Promise<string[]> {
    const request = { name: 'app_version', method: 'GET', path: `${path}/app_versions/${version}?${LANGUAGE}` } as const
    const { data } = await api.call(request, versionSchema)
    return data.app_version.event_infos?.map(({ event_type }) => event_type) ?? []
  }
}
