import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ensureRedisServer } from '@waystation/redis'

const CHROMIUM = '/usr/bin/chromium'
const COMPILED = fileURLToPath(new URL('../node_modules/.cache/node-compiled', import.meta.url))
const EVERYTHING = fileURLToPath(new URL('../services/all/src/main.ts', import.meta.url))

const exec = promisify(execFile)
const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** Before any test: the programs that tests run beside ours are there, or are installed, or the person is told. */
export default async function setup(): Promise<void> {
  await ensureRedisServer(say)
  await ensureChromium()
  await compile()
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

/**
 * Tests start services two hundred times: with what Node compiled kept on disk that takes half the time. A process
 * keeps it when it ends by itself, as this one does that has no such Redis; killed ones do not.
 */
async function compile(): Promise<void> {
  process.env.NODE_COMPILE_CACHE = COMPILED
  if (existsSync(COMPILED)) return
  await exec(process.execPath, [EVERYTHING], { env: { ...process.env, REDIS_URL: 'none' } }).catch(() => {})
}
