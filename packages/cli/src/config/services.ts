import { environment as alerts } from '@waystation/alerts/config'
import { environment as gatewayFeishu } from '@waystation/gateway-feishu/config'
import { environment as gatewayTelegram } from '@waystation/gateway-telegram/config'
import { webConfig as gatewayWeb } from '@waystation/gateway-web/config'
import { environment as inference } from '@waystation/inference/config'
import { type Settings, settings } from '@waystation/inference/settings'
import { type EndpointSettings, modelConfig } from '@waystation/models'
import { namesRedis } from '@waystation/redis'
import { type Env, isSet, processConfig, readSettings } from '@waystation/runtime'
import { environment as sender } from '@waystation/sender/config'
import type { z } from 'zod'
import { unlessWrong, variable } from '../variables.ts'

type Service = {
  service: string
  schemas: readonly z.ZodObject[]
  /** It is asked for only where one of these is set. */
  where?: readonly string[]
}

const services: readonly Service[] = [
  { service: 'inference', schemas: [processConfig, inference, modelConfig] },
  { service: 'sender', schemas: [processConfig, sender] },
  { service: 'gateway-web', schemas: [processConfig, gatewayWeb] },
  { service: 'gateway-telegram', schemas: [processConfig, gatewayTelegram], where: ['TELEGRAM_BOT_TOKEN'] },
  { service: 'gateway-feishu', schemas: [processConfig, gatewayFeishu], where: ['FEISHU_APP_ID', 'FEISHU_APPS'] },
  { service: 'alerts', schemas: [processConfig, alerts], where: ['ALERTS_TOKEN', 'ALERTS_RECEIVERS'] },
]

/** How many there are. */
export const SERVICES = services.length

/** What the variables are checked by, each once. */
export function schemasFor(env: Env): Set<z.ZodObject> {
  const wanted = services.filter(({ where }) => where?.some(name => isSet(env, name)) ?? true)
  return new Set(wanted.flatMap(({ schemas }) => schemas))
}

/** A variable, and who reads it. `schema`: of what waystation.yaml names for a key there is none. */
export type Known = { name: string; services: readonly string[]; schema?: z.ZodType }

/** Every variable that some service reads, whether or not it is set. */
export function knownVariables(env: Env): Known[] {
  const readers = services.flatMap(({ service, schemas }) =>
    schemas.flatMap(({ shape }) =>
      Object.entries<z.ZodType>(shape).map(([name, schema]) => ({ name, service, schema })),
    ),
  )
  const keys = endpointsOfFile(env).flatMap(({ apiKeyEnv: name }) =>
    name === undefined || readers.some(one => one.name === name) ? [] : [{ name, services: ['inference'] }],
  )
  const known = [...Map.groupBy(readers, ({ name }) => name)].map(([name, those]) => ({
    name,
    services: those.map(({ service }) => service),
    ...(those[0] ? { schema: those[0].schema } : {}),
  }))
  return [...known, ...new Map(keys.map(key => [key.name, key])).values()]
}

/** What is in effect; `undefined` where the file is at fault. */
export const settingsOf = (env: Env): Settings | undefined =>
  unlessWrong(() => readSettings(settings, variable(env, 'WAYSTATION_CONFIG')))

export const endpointsOfFile = (env: Env): EndpointSettings[] => settingsOf(env)?.models.endpoints ?? []

/** Without what Compose calls LOCAL_MODEL_FILE: it is for llama.cpp alone, and no file that holds LOCAL_MODEL. */
export const ofServices = (env: Env): Env => ('COMPOSE_PROFILES' in env ? { ...env, LOCAL_MODEL_FILE: undefined } : env)

/** The same, as it may be checked: `npm start` brings a Redis of its own, so that none needs to be named. */
export function asServicesAre(env: Env): Env {
  const told = ofServices(env)
  return namesRedis(told) ? told : { ...told, REDIS_URL: 'redis://127.0.0.1' }
}
