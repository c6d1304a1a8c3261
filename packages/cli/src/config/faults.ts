import { settings, settingsWith } from '@waystation/inference/settings'
import { ConfigError, type Env, readEnv, readSettings } from '@waystation/runtime'
import { faultsIn } from '../variables.ts'
import { schemasFor } from './services.ts'

/** Each fault of the variables of all services, once: the variable, and what it should look like. */
export const faultsOfVariables = (env: Env): string[] => [
  ...new Set([...schemasFor(env)].flatMap(schema => faultsOf(() => readEnv(schema, env)))),
]

/** Each fault of a waystation.yaml: its line, the setting, and what it should look like. */
export const faultsOfFile = (path: string): string[] => faultsOf(() => readSettings(settings, path))

/** Each variable that a well one names for a key, and that cannot be read here. They are with inference alone. */
export const keysMissing = (env: Env, path: string): string[] => faultsOf(() => readSettings(settingsWith(env), path))

function faultsOf(read: () => unknown): string[] {
  try {
    read()
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return faultsIn(error)
  }
}
