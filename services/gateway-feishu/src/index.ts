import { appsOf } from '@waystation/feishu/inbound'
import { createGateway, watchAccess } from '@waystation/gateway'
import { close, connect, createPresence } from '@waystation/redis'
import { readEnv, type Service } from '@waystation/runtime'
import { createEvents } from '@waystation/telemetry'
import { environment, modeOf } from './config.ts'
import { createFrontDoor } from './front-door.ts'

/** What people write to the bots in Feishu or Lark, by webhook or over long connections. Any number of replicas. */
export const gatewayFeishu: Service = {
  name: 'feishu',
  async create({ env, log, registry, trace }) {
    const config = readEnv(environment, env)
    const redis = await connect(config, 'commands', log)
    const events = createEvents(registry, log, trace)
    const access = watchAccess(config.WAYSTATION_CONFIG, events)
    const gateway = createGateway({ redis, events, access })
    const door = createFrontDoor({ apps: appsOf(config), mode: modeOf(config), redis, gateway, events, log })
    const presence = createPresence(redis, 'gateway-feishu', env)

    return {
      state: () => `feishu: ${door.state()}`,
      routes: door.routes,
      async start() {
        await door.open()
        presence.come()
      },
      async ready() {
        await redis.ping()
        if (!door.isOpen()) throw new Error(`feishu: ${door.state()}`)
      },
      async stop() {
        await door.close()
      },
      async close() {
        await presence.leave()
        access.close()
        await gateway.close()
        await close(redis)
      },
    }
  },
}
