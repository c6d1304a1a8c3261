import { setTimeout as sleep } from 'node:timers/promises'
import { close, connect } from '@waystation/redis'
import { type SentMessage, startStation, startTelegram, type TelegramSimulator } from '@waystation/testing'
import { z } from 'zod'
import { startChild } from './child.ts'
import type { Options } from './options.ts'
import { processUsage, redisUsage, type Usages, usageByService } from './usage.ts'

/** What is measured: something that answers what people write on Telegram. */
export type System = AsyncDisposable & {
  telegram: TelegramSimulator
  /** Of its processes, by service, so far. Rejects where one has ended. */
  usage(): Promise<Usages>
  /** Of what stands for the rest of the world: the simulators, and the load itself. */
  simulatorsUsage(): Usages
  /** Resolves when nothing can follow any more. */
  settled(): Promise<void>
}

export type Model = { baseUrl: string; model: string; pid: number }
export type OnSent = (message: SentMessage) => void

/** Services as processes of their own, as they run in production, over a private Redis. */
export async function startWaystation(options: Options, model: Model, onSent: OnSent): Promise<System> {
  const { gateway, inference, sender, streaming, profile } = options
  await using started = new AsyncDisposableStack()
  const station = started.use(
    await startStation({
      processes: { 'gateway-telegram': gateway, inference, sender },
      telegram: { onSent },
      model: 'none',
      env: {
        LOG_LEVEL: 'info',
        REPLY_STREAMING: streaming,
        LOCAL_MODEL_BASE_URL: model.baseUrl,
        LOCAL_MODEL: model.model,
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
    telegram: station.telegram,
    usage: async () => ({ ...usageByService(processes), redis: await redisUsage(redis) }),
    simulatorsUsage: () => usageOfSimulators(model),
    settled: () => station.settled(),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
}

/** The smallest honest bot. */
export async function startBaseline(model: Model, onSent: OnSent): Promise<System> {
  await using started = new AsyncDisposableStack()
  const telegram = started.use(await startTelegram({ onSent }))
  const { apiRoot, token } = telegram
  const settings = { apiRoot, token, modelBaseUrl: model.baseUrl, model: model.model }
  const bot = started.use(await startChild(new URL('./baseline.ts', import.meta.url), settings, z.object({})))
  const end = started.move()
  return {
    telegram,
    usage: async () => usageByService([{ service: 'baseline', pid: bot.pid }]),
    simulatorsUsage: () => usageOfSimulators(model),
    // It asks nobody twice: once all is answered, nothing can follow but what is on its way.
    settled: () => sleep(BASELINE_SETTLES_MS),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
}

const BASELINE_SETTLES_MS = 500

const usageOfSimulators = ({ pid }: Model): Usages => ({
  'Telegram and the load': processUsage(process.pid),
  model: processUsage(pid),
})
