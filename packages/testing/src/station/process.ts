import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Exit, spawnLeashed } from '../leash.ts'

/** Node, a workspace of TypeScript to read, and a busy machine. */
const START_WITHIN_MS = 60_000

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
  /** Where it runs. By default not in the checkout, whose .env and waystation.yaml are the developer's. */
  folder?: string
  onOutput(text: string): void
}

/** Runs `services/<service>/src/main.ts` until it says that it started. Rejects with what it printed, should it end. */
export async function startProcess(options: Options): Promise<StationProcess> {
  const { service, env, port, folder = tmpdir(), onOutput } = options
  const main = fileURLToPath(new URL(`../../../../services/${service}/src/main.ts`, import.meta.url))
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env
  const started = Promise.withResolvers<number>()
  let printed = ''
  let isStarted = false
  const environment = { PATH, HOME, NODE_COMPILE_CACHE, ...env, PORT: String(port) }
  const onText = (text: string) => {
    onOutput(text)
    if (isStarted) return
    printed += text
    const startedOn = /"process\.started","(?:waystation\.)?port":(\d+)/.exec(printed)?.[1]
    isStarted = startedOn !== undefined
    if (isStarted) started.resolve(Number(startedOn))
  }
  const { child, exited } = spawnLeashed(process.execPath, [main], environment, onText, folder)
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
