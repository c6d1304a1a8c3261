import { settings as conversations } from '@waystation/conversations'
import { modelSettings } from '@waystation/models'
import type { Env } from '@waystation/runtime'
import type { z } from 'zod'

/** The whole of waystation.yaml. */
export const settings = conversations.extend(modelSettings.shape)

export type Settings = z.output<typeof settings>

/** The same, and every variable that it names for a key is set in `env`. */
export const settingsWith = (env: Env) =>
  settings.superRefine(({ models }, context) => {
    for (const [index, { apiKeyEnv }] of models.endpoints.entries())
      if (apiKeyEnv !== undefined && !env[apiKeyEnv])
        context.addIssue({
          code: 'custom',
          path: ['models', 'endpoints', index, 'apiKeyEnv'],
          message: `the variable ${apiKeyEnv} is not set`,
        })
  })
