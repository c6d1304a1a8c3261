import { countTokens, createMemory } from '@waystation/conversations'
import { createBells, createInbox, lastCensus, listen, sweep } from '@waystation/mailbox'
import { createModels, modelConfig } from '@waystation/models'
import { close, connect, createPresence, warnIfUnsafe } from '@waystation/redis'
import { readEnv, readSettings, readVariable, type Service, watchSettings } from '@waystation/runtime'
import { createEvents, observeBox, observeBreakers, observeBudgets } from '@waystation/telemetry'
import { environment } from './config.ts'
import { settingsWith } from './settings.ts'
import { createTurns } from './turns.ts'

/** A turn: take what waits, ask a model, put the reply in the outbox. Any number of replicas. */
export const inference: Service = {
  name: 'inference',
  async create({ env, log, registry, trace }) {
    const config = readEnv(environment, env)
    const modelEnv = readEnv(modelConfig, env)
    const settings = settingsWith(env)
    let current = readSettings(settings, config.WAYSTATION_CONFIG)

    const redis = await connect(config, 'commands', log)
    const waiting = await connect(config, 'worker', log)
    await warnIfUnsafe(redis, log)
    const events = createEvents(registry, log, trace)
    const bells = createBells('inbox', redis)
    const outboxBells = createBells('outbox', redis)
    const inbox = createInbox(redis, bells, outboxBells)
    const keyOf = (name: string) => readVariable(env, name)
    const models = await createModels({ config: modelEnv, settings: current, keyOf, redis, events })
    const turns = createTurns({
      inbox,
      memory: createMemory(redis),
      models,
      events,
      settings: () => current,
      streaming: config.REPLY_STREAMING === 'on',
      patienceMs: 1.5 * modelEnv.MODEL_FIRST_TOKEN_SECONDS * 1000,
    })
    const stopWatching = watchSettings(settings, config.WAYSTATION_CONFIG, {
      use: changed =>
        void models.use(changed).then(() => {
          current = changed
          events.settingsRead()
        }, events.settingsRefused),
      keep: events.settingsRefused,
    })
    observeBox(registry, 'inbox', () => lastCensus(redis, 'inbox'))
    observeBox(registry, 'dead_letters', () => lastCensus(redis, 'dead'))
    observeBreakers(registry, models.breakers)
    observeBudgets(registry, models.usedShares)
    const presence = createPresence(redis, 'inference', env)

    const listener = listen({
      box: 'inbox',
      redis: waiting,
      concurrency: config.INFERENCE_CONCURRENCY,
      look: turns.look,
      sweep: () => sweep(redis, 'inbox', bells),
      onError: error => events.failed('inference', error),
    })
    return {
      state: () => `model: ${models.state()}`,
      async start() {
        // The tokenizer's vocabulary takes a moment to load: nobody should wait for it.
        countTokens('ready')
        await models.start()
        await listener.start()
        presence.come()
      },
      ready: async () => {
        await redis.ping()
      },
      async stop(deadline) {
        deadline.addEventListener('abort', turns.handOver)
        stopWatching()
        turns.quiet()
        await listener.close()
        await turns.close()
      },
      async close() {
        await presence.leave()
        models.close()
        await Promise.all([bells.close(), outboxBells.close()])
        await Promise.all([close(redis), close(waiting)])
      },
    }
  },
}
