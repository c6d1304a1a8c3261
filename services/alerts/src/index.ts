import { createBells, createOutbox, listen } from '@waystation/mailbox'
import { close, connect, createPresence } from '@waystation/redis'
import { readEnv, type Service } from '@waystation/runtime'
import { createAlertEvents, createEvents, observeAlerts } from '@waystation/telemetry'
import { createBox } from './box/box.ts'
import { environment } from './config.ts'
import { createDeliveries } from './deliveries.ts'
import { createRelays } from './relays/index.ts'
import { createRoutes } from './webhook.ts'

/** Carries Alertmanager's alerts to group robots, phones, ticket systems and our own chats. Any number of replicas. */
export const alerts: Service = {
  name: 'alerts',
  async create({ env, log, registry }) {
    const config = readEnv(environment, env)
    const redis = await connect(config, 'commands', log)
    const waiting = await connect(config, 'worker', log)
    const { failed } = createEvents(registry, log)
    const events = createAlertEvents(registry, log)
    const bells = createBells<string>('alerts', redis)
    const box = createBox(redis)
    const outboxBells = createBells('outbox', redis)
    const relays = createRelays(config.ALERTS_RECEIVERS, { outbox: createOutbox(redis), bells: outboxBells })
    const receivers = [...relays.keys()]
    const deliveries = createDeliveries({ box, events, relays })
    observeAlerts(registry, receivers, box.census)
    const presence = createPresence(redis, 'alerts', env)

    const listener = listen<string>({
      box: 'alerts',
      redis: waiting,
      concurrency: receivers.length,
      look: deliveries.look,
      async sweep() {
        for (const receiver of receivers) if ((await box.census(receiver)).items > 0) await bells.ring(receiver)
      },
      onError: error => failed('alerts', error),
    })
    return {
      state: port => `alerts: POST http://127.0.0.1:${port}/alerts/<receiver> for ${receivers.join(', ')}`,
      routes: createRoutes({ token: config.ALERTS_TOKEN, receivers: new Set(receivers), box, bells, events, failed }),
      async start() {
        await listener.start()
        presence.come()
      },
      ready: async () => {
        await redis.ping()
      },
      // A call to a platform ends within 10 s, well before the deadline.
      async stop() {
        deliveries.stop()
        await listener.close()
      },
      async close() {
        await presence.leave()
        await Promise.all([bells.close(), outboxBells.close()])
        await Promise.all([close(redis), close(waiting), ...[...relays.values()].map(relay => relay.close())])
      },
    }
  },
}
