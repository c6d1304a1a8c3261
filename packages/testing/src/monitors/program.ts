import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@waystation/redis'
import { spawnLeashed } from '../leash.ts'

const READY_WITHIN_MS = 30_000
const LOOK_EVERY_MS = 50

export type Monitor = AsyncDisposable & {
  /** `127.0.0.1:<port>`: as Prometheus is told of it. */
  address: string
  /** Ends it, as a machine does that goes away. */
  kill(): Promise<void>
}

/** Whether all are on the PATH; tells in the output of a test run what is left out for want of one. */
export function hasPrograms(whatFor: string, ...programs: string[]): boolean {
  const missing = programs.filter(program => !isOnPath(program))
  if (missing.length > 0) process.stderr.write(`SKIPPED: ${whatFor}, for want of ${missing.join(', ')}\n`)
  return missing.length === 0
}

/** Runs a server on a free port of this machine, until it answers on `path`. Rejects with what it printed, should it end. */
export async function startMonitor(
  program: string,
  argsFor: (address: string) => string[],
  { path = '/metrics', env = {} }: { path?: string; env?: Record<string, string> } = {},
): Promise<Monitor> {
  const address = `127.0.0.1:${await freePort()}`
  let printed = ''
  const { PATH = '' } = process.env
  const { child, exited } = spawnLeashed(program, argsFor(address), { PATH, ...env }, text => {
    printed += text
  })
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  const isReady = async () => (await fetch(`http://${address}${path}`).catch(() => undefined))?.ok
  for (const deadline = Date.now() + READY_WITHIN_MS; !(await isReady()); await sleep(LOOK_EVERY_MS))
    if (Date.now() > deadline || child.exitCode !== null) {
      await kill()
      throw new Error(`${program} does not start:\n${printed}`)
    }
  return { address, kill, [Symbol.asyncDispose]: kill }
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
