import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import type { Address } from './address.ts'

/** A server that was started. */
export type Server = {
  /** Resolves when it has ended, whoever ended it. */
  ended: Promise<unknown>
  /** Ends it as `kill -9` does; nothing happens to one that has ended. */
  kill(): Promise<void>
}

/** Starts a server over `dataDir`. `leashed`: it does not outlive this process, not even a `kill -9`. */
export type Launch = (address: Address, dataDir: string, leashed: boolean) => Promise<Server>

export const LOG_FILE = 'redis.log'

/** BullMQ asks for `noeviction`. The AOF keeps what was acknowledged; a power cut costs its last second. */
export const serverConfig = ({ password }: Address): string => `
requirepass ${password}
protected-mode yes
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
`

/**
 * The shell becomes the server, and leaves behind a child that reads the leash: descriptor 3, a pipe of which only
 * this process holds the other end. When it closes, the child kills their process group, which nobody else's can be
 * while the child is in it.
 */
const LEASH = '(read -r _ <&3; kill -9 0) & exec "$0" "$@" 3<&-'

/** Runs a `redis-server` or `valkey-server`. */
export const launchProgram =
  (program: string): Launch =>
  (address, dataDir, leashed) =>
    spawnServer(program, ['-'], {
      cwd: dataDir,
      leashed,
      // Through its stdin: a process's arguments can be read by every user of the machine.
      stdin: `bind 127.0.0.1\nport ${address.port}\nlogfile ${LOG_FILE}\n${serverConfig(address)}`,
    })

/** In a process group of its own: a Ctrl-C is for us to handle, not for it. */
export async function spawnServer(
  program: string,
  args: string[],
  { cwd, leashed, stdin = '' }: { cwd: string; leashed: boolean; stdin?: string },
): Promise<Server> {
  const [command, words] = leashed ? ['/bin/sh', ['-c', LEASH, program, ...args]] : [program, args]
  const child = spawn(command, words, {
    cwd,
    // Ours holds the platforms' tokens.
    env: {},
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore', leashed ? 'pipe' : 'ignore'],
  })
  const ended = once(child, 'exit')
  await once(child, 'spawn')
  child.stdin?.on('error', () => {})
  child.stdin?.end(stdin)
  child.unref()
  const leash = child.stdio[3]
  if (leash instanceof Socket) {
    leash.unref()
    child.on('exit', () => leash.destroy())
  }
  return {
    ended,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
