import { createBells, createOutbox, lastCensus, listen, sweep } from '@waystation/mailbox'
import { close, connect, createPresence } from '@waystation/redis'
import { readEnv, type Service } from '@waystation/runtime'
import { createEvents, observeBox } from '@waystation/telemetry'
import { environment } from './config.ts'
import { createDeliveries } from './deliveries.ts'
import { createMessengers } from './messengers.ts'

/** Carries each reply to its chat. Any number of replicas. */
export const sender: Service = {
  name: 'sender',
  async create({ env, log, registry, trace }) {
    const config = readEnv(environment, env)
    const redis = await connect(config, 'commands', log)
    const waiting = await connect(config, 'worker', log)
    const events = createEvents(registry, log, trace)
    const bells = createBells('outbox', redis)
    const messengers = createMessengers(config, redis)
    const deliveries = createDeliveries({ outbox: createOutbox(redis), events, messengers })
    observeBox(registry, 'outbox', () => lastCensus(redis, 'outbox'))
    const presence = createPresence(redis, 'sender', env, { bots: [...messengers.keys()] })

    const listener = listen({
      box: 'outbox',
      redis: waiting,
      concurrency: config.SENDER_CONCURRENCY,
      look: deliveries.look,
      sweep: () => sweep(redis, 'outbox', bells),
      onError: error => events.failed('sender', error),
    })
    return {
      async start() {
        await listener.start()
        presence.come()
      },
      ready: async () => {
        await redis.ping()
      },
      async stop(deadline) {
        deadline.addEventListener('abort', deliveries.breakOff)
        deliveries.stop()
        await listener.close()
      },
      async close() {
        await presence.leave()
        await bells.close()
        await Promise.all([close(redis), close(waiting)])
      },
    }
  },
}
