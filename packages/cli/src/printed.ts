import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const exec = promisify(execFile)
const PATIENCE_MS = 5_000

/** What a program prints; nothing where there is no such program, or it fails. */
export const printed = (program: string, ...args: readonly string[]): Promise<string> =>
  exec(program, args, { timeout: PATIENCE_MS }).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  )
