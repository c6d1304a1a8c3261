import { createGateway, watchAccess } from '@waystation/gateway'
import { close, connect, createPresence } from '@waystation/redis'
import { readEnv, type Service } from '@waystation/runtime'
import { botApi } from '@waystation/telegram/inbound'
import { createEvents, observeWebhook } from '@waystation/telemetry'
import { environment, webhookOf } from './config.ts'
import { createFrontDoor } from './front-door.ts'

/** What people write to the bot, by webhook or by polling. Any number of replicas. */
export const gatewayTelegram: Service = {
  name: 'telegram',
  async create({ env, log, registry, trace }) {
    const config = readEnv(environment, env)
    const redis = await connect(config, 'commands', log)
    const events = createEvents(registry, log, trace)
    const access = watchAccess(config.WAYSTATION_CONFIG, events)
    const gateway = createGateway({ redis, events, access })
    const api = botApi({ apiRoot: config.TELEGRAM_API_ROOT, token: config.TELEGRAM_BOT_TOKEN })
    const observe = observeWebhook(registry, log)
    const door = createFrontDoor({ api, redis, gateway, events, log, webhook: webhookOf(config), observe })
    const presence = createPresence(redis, 'gateway-telegram', env)

    return {
      state: () => `telegram: ${door.state()}`,
      routes: door.routes,
      async start() {
        await door.open()
        presence.come()
      },
      async ready() {
        await redis.ping()
        if (!door.isOpen()) throw new Error(`telegram: ${door.state()}`)
      },
      async stop() {
        await door.close()
      },
      async close() {
        await presence.leave()
        await api.close()
        access.close()
        await gateway.close()
        await close(redis)
      },
    }
  },
}
