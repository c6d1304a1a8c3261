import { parseEnv } from 'node:util'
import { errorCode } from '@waystation/domain'
import { type Env, envHere, readEnvFile, readText } from '@waystation/runtime'
import type { Command } from 'commander'
import { Misused } from './command.ts'
import { speakerOf } from './language.ts'
import { isInContainers } from './target.ts'

/** Adds `--variables`: what a container is not told stands in the server's `.env`, which only its stdin brings there. */
export const takesVariables = (command: Command, env: Env): Command =>
  command.option(
    '--variables <path>',
    speakerOf(env)({ en: 'variables that are not set here; -: from stdin', zh: '这里没有的变量；- 表示标准输入' }),
  )

/**
 * What the station of this folder is told, and beneath it what the file says that `--variables` names. Throws `Misused`, or
 * `ConfigError` for a file that cannot be read.
 */
export function given(env: Env, path?: string): Env {
  const here = isInContainers(env) ? asInside(envHere(env)) : envHere(env)
  if (path === undefined) return here
  return { ...parseEnv(readVariables(path)), ...Object.fromEntries(Object.entries(here).filter(([, value]) => value)) }
}

/** The text that `--variables` names. Throws `Misused`. */
export function readVariables(path: string): string {
  // Nobody types it, and a terminal has nothing yet: EAGAIN.
  if (path === '-' && process.stdin.isTTY) throw new Misused('--variables - <.env')
  try {
    return readText(path === '-' ? 0 : path)
  } catch (error) {
    throw new Misused(`--variables: ${errorCode(error)}`)
  }
}

/** As the containers of this folder have it, but for what an override says. */
export const asInside = (env: Env): Env => ({
  ...readEnvFile('.env.models'),
  ...env,
  REDIS_URL: 'redis://redis:6379',
  WAYSTATION_CONFIG: env.WAYSTATION_CONFIG?.replace('/etc/waystation', 'site/config'),
})
