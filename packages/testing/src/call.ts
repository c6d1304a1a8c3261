import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

export type Ended = { code: number | null; stdout: string; stderr: string }

export const WAYSTATION = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url))

/** Calls `waystation` as an operator does, in the folder PWD, with `env` for all of its environment but PATH and HOME. */
export const callWaystation = (env: Readonly<Record<string, string>>, ...words: string[]): Promise<Ended> =>
  pipeIntoWaystation('', env, ...words)

/** The same with `stdin`, which is empty otherwise. */
export function pipeIntoWaystation(
  stdin: string | Buffer,
  env: Readonly<Record<string, string>>,
  ...words: string[]
): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env
  return new Promise(resolve => {
    const options = { env: { PATH, HOME, ...env }, cwd: env.PWD ?? tmpdir(), maxBuffer: Number.POSITIVE_INFINITY }
    const child = execFile(process.execPath, [WAYSTATION, ...words], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
    // Who reads none of it ends before it is written.
    child.stdin?.on('error', () => {}).end(stdin)
  })
}
