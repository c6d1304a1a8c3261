import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { z } from 'zod'
import type { Env } from './service.ts'

/** Every fault of a configuration in one message: the variable's name, and what it should look like. Never its value. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Reads the schema's variables from the environment; one set to nothing counts as unset. Throws `ConfigError`. */
export function readEnv<Schema extends z.ZodObject>(schema: Schema, env: Env): z.infer<Schema> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  return check(schema, set, 'the environment')
}

/** Reads a YAML file, by default none. Throws `ConfigError`. */
export function readSettings<Schema extends z.ZodObject>(schema: Schema, path: string | undefined): z.infer<Schema> {
  if (path === undefined) return check(schema, {}, 'the default settings')
  try {
    return check(schema, parse(readFileSync(path, 'utf8')) ?? {}, path)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`${path}: cannot be read as YAML`, { cause: error })
  }
}

function check<Schema extends z.ZodObject>(schema: Schema, values: unknown, source: string): z.infer<Schema> {
  const result = schema.safeParse(values)
  if (result.success) return result.data
  const faults = result.error.issues.map(issue => `  ${issue.path.join('.') || '(top)'}: ${issue.message}`)
  throw new ConfigError(`Please correct in ${source}:\n${faults.join('\n')}`)
}
