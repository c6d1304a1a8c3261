import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { errorCode } from '@waystation/domain'
import { type Env, envHere } from '@waystation/runtime'
import type { Command } from 'commander'
import { Misused } from './command.ts'
import { speakerOf } from './language.ts'

/** Adds `--variables`: what a container is not told stands in the server's `.env`, which only its stdin brings there. */
export const takesVariables = (command: Command, env: Env): Command =>
  command.option(
    '--variables <path>',
    speakerOf(env)({ en: 'variables that are not set here; -: from stdin', zh: '这里没有的变量；- 表示标准输入' }),
  )

/** What is told here, and beneath it what the file says that `--variables` names. Throws `Misused`. */
export function given(env: Env, path: string | undefined): Env {
  const here = envHere(env)
  if (path === undefined) return here
  return { ...parseEnv(readVariables(path)), ...Object.fromEntries(Object.entries(here).filter(([, value]) => value)) }
}

/** The text that `--variables` names. Throws `Misused`. */
export function readVariables(path: string): string {
  try {
    // By its number: another user's pipe cannot be opened anew.
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    throw new Misused(`--variables: ${errorCode(error)}`)
  }
}
