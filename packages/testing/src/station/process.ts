import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Node, a workspace of TypeScript to read, and a busy machine. */
const START_WITHIN_MS = 60_000

/**
 * The shell becomes the service, and leaves behind a child that reads the leash: descriptor 3, a pipe whose other end
 * only this process holds. When it closes, be it by our own sudden death, the child ends their process group.
 */
const LEASH = '(read -r _ <&3; kill -9 0) >/dev/null 2>&1 & exec "$0" "$1" 3<&-'

type Exit = { code: number | null; signal: NodeJS.Signals | null }

/** One running service. */
export type StationProcess = {
  service: string
  pid: number
  port: number
  /** `http://127.0.0.1:<port>` */
  origin: string
  isRunning(): boolean
  /** Sends a signal (SIGKILL) and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<Exit>
  exited: Promise<Exit>
}

type Options = {
  /** A folder of `services/`. */
  service: string
  /** All of its environment, but for PATH, HOME, and where Node keeps what it compiled. */
  env: Readonly<Record<string, string>>
  /** 0: any free one. */
  port: number
  onOutput(text: string): void
}

/** Runs `services/<service>/src/main.ts` until it says that it started. Rejects with what it printed, should it end. */
export async function startProcess({ service, env, port, onOutput }: Options): Promise<StationProcess> {
  const main = fileURLToPath(new URL(`../../../../services/${service}/src/main.ts`, import.meta.url))
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env
  const child = spawn('/bin/sh', ['-c', LEASH, process.execPath, main], {
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...env, PORT: String(port) },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit').then(([code, signal]): Exit => ({ code, signal }))
  void exited.then(() => child.stdio[3]?.destroy())
  const started = Promise.withResolvers<number>()
  let printed = ''
  let isStarted = false
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      onOutput(text)
      if (isStarted) return
      printed += text
      const startedOn = /"event":"process\.started","port":(\d+)/.exec(printed)?.[1]
      isStarted = startedOn !== undefined
      if (isStarted) started.resolve(Number(startedOn))
    })
  }
  const failed = (why: string) => started.reject(new Error(`${service} ${why}:\n${printed}`))
  const timer = setTimeout(failed, START_WITHIN_MS, 'does not start')
  // By then all that it printed has been read.
  child.once('close', (code, signal) => failed(`ended with ${code ?? signal} before it started`))
  try {
    const startedOn = await started.promise
    return {
      service,
      // It runs, so it has one.
      pid: child.pid ?? 0,
      port: startedOn,
      origin: `http://127.0.0.1:${startedOn}`,
      isRunning: () => child.exitCode === null && child.signalCode === null,
      exited,
      async kill(signal = 'SIGKILL') {
        child.kill(signal)
        return exited
      },
    }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    clearTimeout(timer)
  }
}
