import { readFileSync } from 'node:fs'
import { environment as alerts } from '@waystation/alerts/config'
import { environment as feishu } from '@waystation/gateway-feishu/config'
import { environment as telegram } from '@waystation/gateway-telegram/config'
import { settings } from '@waystation/inference/settings'
import { modelConfig } from '@waystation/models'
import { redisConfig } from '@waystation/redis'
import { type Env, readSettings } from '@waystation/runtime'
import { parse } from 'yaml'
import { z } from 'zod'
import { isSecret } from '../secret.ts'
import { type Target, targetHere } from '../target.ts'

/** What `.env` is made of, beside what Compose alone has. */
export const environments = { models: modelConfig, telegram, feishu, alerts }

const ofCompose = [
  'SERVER_SIZE',
  'ALERT_SMTP',
  'ALERT_SMTP_USER',
  'ALERT_SMTP_PASSWORD',
  'ALERT_MAIL_FROM',
  'ALERT_MAIL_TO',
]
const names = new Set(
  [...Object.values(environments).flatMap(({ shape }) => Object.keys(shape)), ...ofCompose].filter(
    name => !(name in redisConfig.shape) && name !== 'WAYSTATION_CONFIG',
  ),
)

const value = z.union([z.string(), z.number()]).optional()

const answersSchema = z.strictObject({
  target: z.enum(['start', 'compose']).optional(),
  variables: z.strictObject(Object.fromEntries([...names].map(name => [name, value]))).prefault({}),
  settings: settings.prefault({}),
})

export type Answers = {
  target: Target
  variables: Readonly<Record<string, string>>
  /** What stands there, without what it means by default. */
  settings: Readonly<Record<string, unknown>>
}

/**
 * Reads the file, where one is given; secrets that it does not have come from variables of their names. Throws
 * `ConfigError` with every fault of it and its line.
 */
export function readAnswers(path: string | undefined, env: Env): Answers {
  const { target, variables } = readSettings(answersSchema, path)
  const written = path === undefined ? {} : parse(readFileSync(path, 'utf8'))
  const secrets = [...names].filter(isSecret).flatMap(name => (env[name] ? [[name, env[name]]] : []))
  const said = Object.entries(variables).map(([name, given]) => [name, String(given)])
  return {
    target: target ?? targetHere() ?? 'start',
    variables: Object.fromEntries([...secrets, ...said]),
    settings: written?.settings ?? {},
  }
}
