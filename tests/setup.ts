import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { ensureRedisServer } from '@waystation/redis'

const CHROMIUM = '/usr/bin/chromium'

const exec = promisify(execFile)
const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** Before any test: the programs that tests run beside ours are there, or are installed, or the person is told. */
export default async function setup(): Promise<void> {
  await ensureRedisServer(say)
  await ensureChromium()
}

async function ensureChromium(): Promise<void> {
  if (existsSync(CHROMIUM)) return
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version'))
    throw new Error(`The chat page is tested in a real browser: please install Chromium as ${CHROMIUM}`)
  say(`No ${CHROMIUM} here: installing chromium with apt-get`)
  const apt = ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=300']
  await exec('env', [...apt, 'update'])
  await exec('env', [...apt, 'install', '-y', '--no-install-recommends', 'chromium'])
}
