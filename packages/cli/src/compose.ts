import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Wrong } from './wrong.ts'

/** What `docker compose` printed, and its exit code. */
export type Ended = { code: number; stdout: string; stderr: string }

type Options = {
  /** What it reads: words, or `inherit` for what is typed to us. By default nothing. */
  stdin?: string | 'inherit'
  /** `inherit`: it prints where we print, so that nothing of it is returned. */
  output?: 'pipe' | 'inherit'
  /** Each line of both, as it comes. */
  onLine?(line: string): void
  /** Ends it as Ctrl-C does. */
  signal?: AbortSignal
}

/** Calls `docker compose` in this folder. Throws `Wrong` where there is none, or no engine that answers it. */
export async function compose(args: readonly string[], options: Options = {}): Promise<Ended> {
  const { stdin = '', output = 'pipe', onLine = () => {}, signal } = options
  const child = spawn('docker', ['compose', ...args], {
    stdio: [stdin === 'inherit' ? 'inherit' : 'pipe', output, output],
  })
  const interrupt = () => child.kill('SIGINT')
  signal?.addEventListener('abort', interrupt)
  // It need not read to the end.
  child.stdin?.on('error', () => {}).end(stdin)
  const printed = [read(child.stdout, onLine), read(child.stderr, onLine)] as const
  try {
    const [code] = await once(child, 'close')
    const [stdout, stderr] = await Promise.all(printed)
    if (code !== 0) throwIfAway(stderr)
    return { code: code ?? 1, stdout, stderr }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new Wrong(NO_DOCKER)
    throw error
  } finally {
    signal?.removeEventListener('abort', interrupt)
  }
}

async function read(stream: Readable | null, onLine: (line: string) => void): Promise<string> {
  if (!stream) return ''
  const lines: string[] = []
  for await (const line of createInterface({ input: stream })) {
    lines.push(line)
    onLine(line)
  }
  return lines.map(line => `${line}\n`).join('')
}

/** Those with any words, of what was printed. */
export const linesOf = (text: string): string[] => text.split('\n').filter(line => line.trim() !== '')

function throwIfAway(stderr: string): void {
  if (/is not a docker command|unknown command: docker compose/.test(stderr)) throw new Wrong(NO_COMPOSE)
  if (/Cannot connect to the Docker daemon|failed to connect to the docker API/i.test(stderr))
    throw new Wrong(NO_ENGINE)
  if (/permission denied while trying to connect/i.test(stderr)) throw new Wrong(NOT_ALLOWED)
}

const NO_DOCKER = {
  en: 'There is no Docker here: https://docs.docker.com/engine/install/',
  zh: '这里没有 Docker：https://docs.docker.com/engine/install/',
}
const NO_COMPOSE = {
  en: 'This Docker has no Compose: install docker-compose-plugin, 2.24 or later.',
  zh: '这里的 Docker 没有 Compose：请安装 docker-compose-plugin 2.24 或更高版本。',
}
const NO_ENGINE = {
  en: 'The Docker engine does not answer. Does it run? systemctl start docker',
  zh: 'Docker 引擎没有应答。它在运行吗？systemctl start docker',
}
const NOT_ALLOWED = {
  en: 'You may not use the Docker engine: call this as root, or as a member of the group docker.',
  zh: '您没有使用 Docker 引擎的权限：请用 root，或加入 docker 组。',
}
