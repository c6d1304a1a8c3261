import type { z } from 'zod'
import type { Env } from './service.ts'

/** Every fault of a configuration in one message: the variable's name, and what it should look like. Never its value. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Reads the schema's variables from the environment; one set to nothing counts as unset. Throws `ConfigError`. */
export function readEnv<Schema extends z.ZodObject>(schema: Schema, env: Env): z.infer<Schema> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const result = schema.safeParse(set)
  if (result.success) return result.data
  const faults = result.error.issues.map(issue => `  ${issue.path.join('.') || '(top)'}: ${issue.message}`)
  throw new ConfigError(`Please correct in the environment:\n${faults.join('\n')}`)
}
