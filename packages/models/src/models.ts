import type { Model } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import { createAccounts } from './account/accounts.ts'
import { type BreakerState, createBreakers } from './admit/breaker.ts'
import { type Deps as Admission, createAdmission } from './admit/pass.ts'
import { createSlots } from './admit/slots.ts'
import { createCache } from './cache.ts'
import type { Endpoint } from './call/endpoint.ts'
import { builtInResponder } from './call/responder.ts'
import type { ModelConfig } from './config.ts'
import { findEndpoints, type KeyOf } from './endpoints.ts'
import { createPipe, type Pipe } from './pipe.ts'
import { type Classify, createClassifier } from './route/classifier.ts'
import { createRouter } from './route/route.ts'
import type { ModelSettings } from './settings.ts'

type Deps = {
  config: ModelConfig
  settings: ModelSettings
  keyOf: KeyOf
  /** A connection that fails at once while Redis is away. */
  redis: Redis
  events: Pipe['events'] & Admission['events']
}

export type Models = Awaited<ReturnType<typeof createModels>>

/** All models of the station, behind one. */
export async function createModels({ config, settings, keyOf, redis, events }: Deps) {
  let current = settings
  const accounts = createAccounts(redis, () => current.budgets)
  const breakers = createBreakers(redis)
  const slots = createSlots(redis)
  const admit = createAdmission({ breakers, slots, accounts, events })
  const cache = createCache(redis)
  let { pipe, state, endpoints } = await build(settings)
  let building: Promise<void> = Promise.resolve()

  async function build(settings: ModelSettings) {
    const { endpoints, state } = await findEndpoints(config, settings.models.endpoints, keyOf)
    const pipe = createPipe({
      route: createRouter({ settings: settings.routing, classify: classifierOf(settings, endpoints), now: Date.now }),
      endpoints,
      admit,
      cache,
      // The responder tells the time.
      cacheMinutes: endpoints.includes(builtInResponder) ? 0 : settings.cache.minutes,
      parameters: { maxTokens: config.MODEL_MAX_TOKENS, temperature: config.MODEL_TEMPERATURE },
      events,
    })
    return { pipe, state, endpoints }
  }

  const model: Model = {
    complete: (inquiry, signal) => pipe.complete(inquiry, signal),
  }

  return {
    model,
    /** Which models there are, for a person. */
    state: () => state,
    usageOf: accounts.usageOf,
    usedShares: accounts.usedShares,

    /** From the next question on; what is being answered goes on as it began. */
    use(settings: ModelSettings): Promise<void> {
      // One after the other, so that the last one stays.
      building = building.then(async () => {
        ;({ pipe, state, endpoints } = await build(settings))
        current = settings
      })
      return building
    },

    /** How many tokens a prompt may have that any local model can read; `undefined` where there is none. */
    roomAtHome(): number | undefined {
      const rooms = endpoints
        .filter(({ tier, name }) => tier === 'local' && name !== builtInResponder.name)
        .map(({ contextTokens, thinkingTokens }) => contextTokens - thinkingTokens)
      return rooms.length > 0 ? Math.min(...rooms) - config.MODEL_MAX_TOKENS : undefined
    },

    /** Of every endpoint, by its name: `open`, `half-open` or `closed`. */
    breakers(): ReadonlyMap<string, BreakerState> {
      const states = breakers.states()
      return new Map(endpoints.map(({ id, name }) => [name, states.get(id) ?? 'closed']))
    },
    start: breakers.start,
    close: breakers.close,
  }
}

/** What sorts questions that no rule knows; nothing where no model of its tier is there. */
function classifierOf({ routing }: ModelSettings, endpoints: readonly Endpoint[]): Classify | undefined {
  const { classifier } = routing
  const sorter =
    classifier && endpoints.find(({ name, tier }) => tier === classifier.tier && name === (classifier.model ?? name))
  if (!classifier || !sorter) return undefined
  return createClassifier(classifier, ({ prompt, ...parameters }, signal) =>
    sorter.complete(prompt, parameters, signal),
  )
}
