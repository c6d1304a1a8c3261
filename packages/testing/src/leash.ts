import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * The shell becomes the program, and leaves behind a child that reads the leash: descriptor 3, a pipe whose other end
 * only this process holds. When it closes, be it by our own sudden death, the child ends their process group.
 */
const LEASH = '(read -r _ <&3; kill -9 0) >/dev/null 2>&1 & exec "$0" "$@" 3<&-'

export type Exit = { code: number | null; signal: NodeJS.Signals | null }

type Leashed = { child: ChildProcess; exited: Promise<Exit> }

/** Runs a program with this environment and no other, whose two outputs are read; it does not outlive this process. */
export function spawnLeashed(
  program: string,
  args: string[],
  env: Readonly<Record<string, string>>,
  onOutput: (text: string) => void,
  cwd?: string,
): Leashed {
  const child = spawn('/bin/sh', ['-c', LEASH, program, ...args], {
    env,
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onOutput)
  const exited = once(child, 'exit').then(([code, signal]): Exit => ({ code, signal }))
  void exited.then(() => child.stdio[3]?.destroy())
  return { child, exited }
}
