import { setTimeout as sleep } from 'node:timers/promises'
import { close, connect } from '@waystation/redis'
import { startStation } from '@waystation/testing'
import { z } from 'zod'
import type { Channel, Model, OnText, Platform } from './channel.ts'
import { startChild } from './child.ts'
import type { Options, Run } from './options.ts'
import { processUsage, redisUsage, type Usages, usageByService } from './usage.ts'

/** What is measured: something that answers what people write on a platform. */
export type System = AsyncDisposable & {
  platform: Platform
  /** Of its processes, by service, so far. Rejects where one has ended. */
  usage(): Promise<Usages>
  /** Reads `/metrics` of every process that has it, as Prometheus does. */
  readMetrics(): Promise<void>
  /** Of what stands for the rest of the world: the simulators, and the load itself. */
  simulatorsUsage(): Usages
  /** Resolves when nothing can follow any more. */
  settled(): Promise<void>
}

/** Services as processes of their own, as they run in production, over a private Redis. */
export async function startWaystation(channel: Channel, options: Run, model: Model, onText: OnText): Promise<System> {
  const { gateway, inference, sender, streaming, profile, concurrency, turns } = options
  const { baseUrl, model: name } = model
  await using started = new AsyncDisposableStack()
  const station = started.use(
    await startStation({
      processes: { [channel.gateway]: gateway, inference, sender },
      ...channel.stationOptions(onText),
      model: 'none',
      settings: { models: { endpoints: [{ name: 'simulated', tier: 'local', baseUrl, model: name, concurrency }] } },
      env: {
        LOG_LEVEL: 'info',
        REPLY_STREAMING: streaming,
        ...(turns === undefined ? {} : { INFERENCE_CONCURRENCY: String(turns) }),
        ...(profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir="${profile}"` }),
      },
    }),
  )
  const redis = started.adopt(await connect(station.redis.url, 'commands'), close)
  // A profile is written by a process that ends in its own time.
  if (profile !== undefined)
    started.defer(async () => void (await Promise.all(station.processes.map(one => one.kill('SIGTERM')))))
  const processes = station.processes.toSorted((one, other) => one.service.localeCompare(other.service))
  const end = started.move()
  return {
    platform: channel.platformOf(station),
    usage: async () => ({ ...usageByService(processes), redis: await redisUsage(redis) }),
    readMetrics: async () => void (await Promise.all(processes.map(({ origin }) => readPage(`${origin}/metrics`)))),
    simulatorsUsage: () => usageOfSimulators(channel, model),
    settled: () => station.settled(),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
}

/** The smallest honest bot. */
export async function startBaseline(channel: Channel, model: Model, onText: OnText): Promise<System> {
  const { platform, pid, [Symbol.asyncDispose]: end } = await channel.startBaseline(model, onText)
  return {
    platform,
    usage: async () => usageByService([{ service: 'baseline', pid }]),
    readMetrics: async () => {},
    simulatorsUsage: () => usageOfSimulators(channel, model),
    // It asks nobody twice: once all is answered, nothing can follow but what is on its way.
    settled: () => sleep(BASELINE_SETTLES_MS),
    [Symbol.asyncDispose]: end,
  }
}

const BASELINE_SETTLES_MS = 500

/** In the format that Prometheus prefers. */
const readPage = async (address: string) =>
  (await fetch(address, { headers: { accept: 'application/openmetrics-text; version=1.0.0' } })).text()

/** The simulated model, in a process of its own. */
export async function startModel({
  modelMs,
  firstTokenMs,
  tokens,
}: Pick<Options, 'modelMs' | 'firstTokenMs' | 'tokens'>): Promise<Model & AsyncDisposable> {
  const settings = { modelMs, firstTokenMs, ...(tokens === undefined ? {} : { tokens }) }
  const child = await startChild(new URL('./model.ts', import.meta.url), settings, modelReady)
  return { ...child.hello, pid: child.pid, [Symbol.asyncDispose]: child[Symbol.asyncDispose] }
}

const modelReady = z.object({ baseUrl: z.string(), model: z.string() })

const usageOfSimulators = ({ name }: Channel, { pid }: Model): Usages => ({
  [`${name} and the load`]: processUsage(process.pid),
  model: processUsage(pid),
})
