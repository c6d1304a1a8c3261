import { settings } from '@waystation/conversations'
import { createBells, createInbox, listen, sweep, takeCensus } from '@waystation/mailbox'
import { createModels, modelConfig } from '@waystation/models'
import { close, connect } from '@waystation/redis'
import { readEnv, readSettings, type Service } from '@waystation/runtime'
import { createEvents, observeBox } from '@waystation/telemetry'
import { environment } from './config.ts'
import { createTurns } from './turns.ts'

/** A turn: take what waits, ask a model, put the reply in the outbox. Any number of replicas. */
export const inference: Service = {
  name: 'inference',
  async create({ env, log, registry }) {
    const config = readEnv(environment, env)
    const models = readEnv(modelConfig, env)
    const { persona, history } = readSettings(settings, config.WAYSTATION_CONFIG)
    const { model, state } = await createModels(models)

    const redis = await connect(config.REDIS_URL, 'commands', log)
    const waiting = await connect(config.REDIS_URL, 'worker', log)
    const events = createEvents(registry, log)
    const bells = createBells('inbox', redis)
    const outboxBells = createBells('outbox', redis)
    const inbox = createInbox(redis, bells, outboxBells)
    const turns = createTurns({
      inbox,
      model,
      events,
      persona,
      history,
      streaming: config.REPLY_STREAMING === 'on',
      patienceMs: 1.5 * models.MODEL_FIRST_TOKEN_SECONDS * 1000,
    })
    observeBox(registry, 'inbox', () => takeCensus(redis, 'inbox'))
    observeBox(registry, 'dead_letters', () => takeCensus(redis, 'dead'))

    const listener = listen({
      box: 'inbox',
      redis: waiting,
      concurrency: config.INFERENCE_CONCURRENCY,
      look: turns.look,
      sweep: () => sweep(redis, 'inbox', bells),
      onError: error => events.failed('inference', error),
    })
    return {
      state: () => `model: ${state}`,
      start: () => listener.start(),
      ready: async () => {
        await redis.ping()
      },
      async stop(deadline) {
        deadline.addEventListener('abort', turns.handOver)
        await listener.close()
        await Promise.all([bells.close(), outboxBells.close()])
        await Promise.all([close(redis), close(waiting)])
      },
    }
  },
}
