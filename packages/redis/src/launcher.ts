import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { containerLauncher } from './container.ts'
import { type Launch, launchProgram } from './server.ts'

/** Tells the person at the terminal, in one line. */
export type Say = (line: string) => void

const exec = promisify(execFile)

/**
 * A way to start a Redis: a `redis-server` or `valkey-server` on the PATH, else Docker, else, as root on Debian or
 * Ubuntu, the distribution's package, which this installs. Throws an error that says what to install.
 */
export async function ensureRedisServer(say: Say): Promise<Launch> {
  const present = await programLauncher()
  if (present) return present
  const inContainer = await containerLauncher().catch(() => undefined)
  if (inContainer) {
    say('No redis-server here: running it in Docker')
    return inContainer
  }
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) await installFromDebian(say)
  const installed = await programLauncher()
  if (installed) return installed
  throw new Error('No Redis: please install redis-server (or valkey, or Docker), or set REDIS_URL to one that runs')
}

async function programLauncher(): Promise<Launch | undefined> {
  const found = await findProgram()
  return found === undefined ? undefined : launchProgram(found)
}

/** The path of a server's program. */
export async function findProgram(): Promise<string | undefined> {
  const search = exec('/bin/sh', ['-c', 'command -v redis-server || command -v valkey-server'])
  return (await search.catch(() => undefined))?.stdout.trim()
}

async function installFromDebian(say: Say): Promise<void> {
  say('No Redis here: installing redis-server with apt-get')
  const apt = ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=300']
  await exec('env', [...apt, 'update'])
  await exec('env', [...apt, 'install', '-y', '--no-install-recommends', 'redis-server'])
  // The package also runs a server of its own, which nobody here asked for.
  await exec('/bin/sh', ['-c', 'systemctl disable --now redis-server || service redis-server stop']).catch(() => {})
}
