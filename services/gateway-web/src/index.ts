import Router from '@koa/router'
import { createGateway, watchAccess } from '@waystation/gateway'
import { close, connect, createPresence } from '@waystation/redis'
import { readEnv, type Service } from '@waystation/runtime'
import { createEvents } from '@waystation/telemetry'
import { createFeed, messageShower, sessionKey, webReceiver } from '@waystation/web/inbound'
import { webConfig } from './config.ts'
import { giveSession } from './give-session.ts'
import { pagePaths, servePage } from './page.ts'
import { postMessage } from './post-message.ts'
import { protect } from './protect.ts'
import { refuseWithReason } from './refuse.ts'
import { createEventStreams } from './stream-events.ts'

/** The chat page, and the API behind it. */
export const gatewayWeb: Service = {
  name: 'web',
  async create({ env, log, registry, trace }) {
    const config = readEnv(webConfig, env)
    const redis = await connect(config, 'commands', log)
    const subscriber = await connect(config, 'subscriber', log)
    const events = createEvents(registry, log, trace)
    const access = watchAccess(config.WAYSTATION_CONFIG, events)
    const gateway = createGateway({ redis, events, access })
    const key = await sessionKey(redis, config.WEB_SESSION_SECRET)
    const streams = createEventStreams({ feed: createFeed(redis, subscriber), key, events })
    const post = postMessage({ receiver: webReceiver(key), gateway, show: messageShower(redis) })
    const presence = createPresence(redis, 'gateway-web', env)

    const routes = new Router()
    const [serve, give, refuse] = [servePage(), giveSession(key), refuseWithReason(events)]
    routes.use(protect)
    routes.get('/', give)
    for (const path of pagePaths) routes.get(path, serve)
    routes.get('/api/events', refuse, context => streams.stream(context))
    routes.post('/api/messages', refuse, context => post(context))

    return {
      state: port => `web: http://127.0.0.1:${port}/`,
      routes,
      start: async () => presence.come(),
      async ready() {
        await redis.ping()
      },
      async stop() {
        streams.close()
      },
      async close() {
        await presence.leave()
        access.close()
        await gateway.close()
        await Promise.all([close(redis), close(subscriber)])
      },
    }
  },
}
