import { settings as conversations } from '@waystation/conversations'
import { modelSettings } from '@waystation/models'
import { ConfigError, type Env, readVariable } from '@waystation/runtime'
import type { z } from 'zod'

/** The whole of waystation.yaml. */
export const settings = conversations.extend(modelSettings.shape)

export type Settings = z.output<typeof settings>

/** The same, and every variable that it names for a key can be read from `env`. */
export const settingsWith = (env: Env) =>
  settings.superRefine(({ models }, context) => {
    for (const [index, { apiKeyEnv }] of models.endpoints.entries()) {
      const message = apiKeyEnv === undefined ? undefined : faultOf(env, apiKeyEnv)
      if (message) context.addIssue({ code: 'custom', path: ['models', 'endpoints', index, 'apiKeyEnv'], message })
    }
  })

function faultOf(env: Env, name: string): string | undefined {
  try {
    return readVariable(env, name) === undefined ? `the variable ${name} is not set` : undefined
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}
