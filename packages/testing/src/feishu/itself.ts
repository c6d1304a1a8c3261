import { type FeishuApp, hexOf } from './apps.ts'
import type { Endpoints, Request } from './endpoint.ts'
import { Refused } from './refused.ts'

/** What the app's page says of its callbacks, and which version is published. */
const infoOf = ({ appId, callbacks, requestUrl }: FeishuApp): object => ({
  app_id: appId,
  online_version_id: versionOf(appId),
  callback_info: {
    callback_type: requestUrl === undefined ? 'websocket' : 'webhook',
    request_url: requestUrl ?? '',
    subscribed_callbacks: callbacks,
  },
})

const versionOf = (appId: string): string => `oav_${hexOf(appId)}`

const ITSELF = 'application:application:self_manage'

/** What an app may ask of itself. */
export const appEndpoints = {
  app: {
    run: ({ app, path, query }) => ({ app: infoOf(itself(app, path, query)) }),
    scopes: [ITSELF, 'admin:app.info:readonly'],
  },
  appVersion: {
    run({ app, path, query }) {
      const { appId, events } = itself(app, path, query)
      if (path.version_id !== versionOf(appId)) throw new Refused(211002, 'no such version_id')
      const event_infos = events.map(event_type => ({ event_type, event_name: '', event_description: '' }))
      return { app_version: { app_id: appId, version_id: path.version_id, status: 1, event_infos } }
    },
    scopes: [ITSELF, 'application:application.app_version:readonly'],
  },
} satisfies Endpoints

function itself(app: FeishuApp, { app_id }: Request['path'], query: URLSearchParams): FeishuApp {
  if (!query.get('lang')) throw new Refused(99992402, 'field validation failed')
  if (app_id !== 'me' && app_id !== app.appId) throw new Refused(210508, 'insufficient permission level')
  return app
}
