import type { ListenOptions } from 'node:net'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { z } from 'zod'
import { readArguments } from './arguments.ts'
import { ConfigError, readEnv } from './config.ts'
import { type Http, listen } from './http.ts'
import { createLog, type Log, logConfig } from './log.ts'
import type { Env, Process, Running, Service } from './service.ts'
import { openTraces, tracesConfig } from './traces.ts'

/** Below Docker's and systemd's patience as we set it (30 s), above the longest answer we let finish. */
const STOP_DEADLINE_MS = 25_000
/** What services get between the deadline and the end of the process, to hand back what they hold. */
const LAST_WORDS_MS = 3_000

const OUR_ADDRESS = 'an IP address of this machine, such as 127.0.0.1'

/** What every process is told. */
export const processConfig = logConfig.extend({
  ...tracesConfig.shape,
  PORT: z.coerce.number('a port between 0 and 65535').int().min(0).max(65_535).default(3000),
  LISTEN_ADDRESS: z.union([z.ipv4(), z.ipv6()], OUR_ADDRESS).optional(),
  WAYSTATION_REVISION: z.string().default('unknown'),
})

export type RunOptions = {
  env?: Env
  /** Called when everything runs, with one line per service for a person. */
  started?(states: string[]): void
  /** Called last, however it ends. */
  stopped?(): Promise<void>
}

/** A whole process: starts the services in order, stops them in reverse on SIGINT or SIGTERM, and exits. */
export async function run(name: string, services: Service[], options: RunOptions = {}): Promise<void> {
  readArguments()
  const { env = process.env, started, stopped } = options
  const stopping = signalled()
  let log: Log | undefined
  let code: number
  try {
    const config = readEnv(processConfig, env)
    log = createLog(name, config)
    const { WAYSTATION_VERSION: version, WAYSTATION_REVISION: revision, PORT: port, LISTEN_ADDRESS: host } = config
    const registry = createRegistry(version, revision)
    const traces = await openTraces(config, { name, version }, log)
    const starting = startAll(services, { env, log, registry, trace: traces?.add }, { port, host })
    // A start that waits, for Redis perhaps, can be broken off: nothing was taken yet.
    const station = await Promise.race([starting, stopping])
    if (station) {
      const { port } = station.http
      const states = station.running.flatMap(service => service.state?.(port) ?? [])
      log.info({ event: 'process.started', port, states })
      started?.(states)
      await stopping
    }
    code = station ? await stopAll(station, log) : 0
    await traces?.close()
  } catch (error) {
    // What the services say while they are torn down would hide the reason.
    if (log) log.level = 'silent'
    process.stderr.write(`${explain(error)}\n`)
    code = 1
  }
  await stopped?.()
  process.exit(code)
}

type Station = { running: Running[]; http: Http }

async function startAll(services: Service[], process: Process, at: ListenOptions): Promise<Station> {
  const running = await createAll(services, process)
  const http = await listen(at, running, process.registry, process.log)
  for (const service of running) await service.start()
  return { running, http }
}

/** By `waystation_build_info` it is seen that processes of two versions run beside each other. */
function createRegistry(version: string, revision: string): Registry {
  const registry = new Registry()
  const labelNames = ['version', 'revision'] as const
  const help = 'Which Waystation this is'
  new Gauge({ name: 'waystation_build_info', help, labelNames, registers: [registry] }).set({ version, revision }, 1)
  collectDefaultMetrics({ register: registry, prefix: 'waystation_' })
  return registry
}

function signalled(): Promise<undefined> {
  return new Promise(resolve => {
    const stop = () => resolve(undefined)
    // Not once: on a terminal, npm passes on a second SIGINT for one Ctrl-C.
    process.on('SIGINT', stop).on('SIGTERM', stop)
  })
}

/** Every service reads its configuration before it connects: all faults are known at once, and with no Redis as well. */
async function createAll(services: Service[], process: Process): Promise<Running[]> {
  const creating = services.map(service => service.create(process))
  const begun = await Promise.allSettled(creating.map(one => Promise.race([one, setImmediate()])))
  const faults = begun.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
  if (faults.length === 0) return Promise.all(creating)
  if (!faults.every(fault => fault instanceof ConfigError)) throw faults.find(fault => !(fault instanceof ConfigError))
  throw new ConfigError(merge(faults.map(fault => fault.message)))
}

/** Services share variables and files: each fault is told once, below the name of its source. */
function merge(messages: string[]): string {
  const bySource = Map.groupBy(
    messages.map(message => message.split('\n')),
    ([source]) => source,
  )
  return [...bySource]
    .flatMap(([source, told]) => [source, ...new Set(told.flatMap(([, ...faults]) => faults))])
    .join('\n')
}

/** In reverse: nothing new comes in, what was taken is finished, then connections close. Returns the exit code. */
async function stopAll({ running, http }: Station, log: Log): Promise<number> {
  log.info({ event: 'process.stopping' })
  const deadline = AbortSignal.timeout(STOP_DEADLINE_MS)
  const stopped = (async () => {
    const closed = http.close()
    for (const service of running.toReversed()) await service.stop(deadline)
    await closed
    for (const service of running.toReversed()) await service.close()
    return 0
  })()
  const code = await Promise.race([stopped, sleep(STOP_DEADLINE_MS + LAST_WORDS_MS, 1)])
  log.info({ event: 'process.stopped', code })
  return code
}

/** What a person sees who started it: faults of the configuration in plain words, anything else with its stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  const code = error instanceof Error && 'code' in error && error.code
  if (code === 'EADDRINUSE') return 'The port is in use: is Waystation running already? Set PORT to another one.'
  if (code === 'EADDRNOTAVAIL') return `LISTEN_ADDRESS: ${OUR_ADDRESS}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
