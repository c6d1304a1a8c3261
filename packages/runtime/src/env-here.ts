import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { ConfigError } from './config.ts'
import { readText } from './read-text.ts'
import type { Env } from './service.ts'

/**
 * What a process is told in a folder (its own): `env`, beneath it the variables of the file `.env`, and `waystation.yaml` for
 * WAYSTATION_CONFIG where there is one and nothing else is named. Throws `ConfigError` for a file that cannot be read.
 */
export function envHere(env: Env, folder = ''): Env {
  // Set in one way, a variable is not set in the other way as well.
  const isTold = (name: string) => name in env || `${name}_FILE` in env || name.replace(/_FILE$/, '') in env
  const written = Object.entries(readEnvFile(join(folder, '.env'))).filter(([name]) => !isTold(name))
  const told = { ...Object.fromEntries(written), ...env }
  const settings = join(folder, 'waystation.yaml')
  const isNamed = Boolean(told.WAYSTATION_CONFIG || told.WAYSTATION_CONFIG_FILE)
  return isNamed || !existsSync(settings) ? told : { ...told, WAYSTATION_CONFIG: settings }
}

/** What a file like `.env` says; nothing where there is none. Throws `ConfigError`. */
export const readEnvFile = (path: string): Env => parseEnv(textOf(path) ?? '')

/** `undefined`: there is no such file. Throws `ConfigError` for one that cannot be read. */
export function textOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  try {
    return readText(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError(`${path}: a file that this process may read (${code})`)
  }
}
