import { type Machine, thisMachine } from './bench.ts'
import { faultsOf } from './faults.ts'
import { type Figures, measure } from './measure.ts'
import type { Options, Run } from './options.ts'
import type { Show } from './progress.ts'
import type { Spread } from './spread.ts'
import { startModel, startWaystation } from './systems.ts'
import { telegram } from './telegram.ts'

const LIMITS = [1, 2, 4, 8, 16]
/** Of what a limit allows: so much that somebody always waits, and so little that nobody waits for long. */
const OVERLOAD = 1.5
const CACHE_RATE = 50
const usual = { modelMs: 200, firstTokenMs: 200, inference: 2, warmUp: 2, seconds: 6 }

/** `ideal`: answers a second, if a place were never empty. */
export type AtLimit = Figures & { limit: number; ideal: number }
/** `wholeMs`: from when a message was due until its answer could be read, the model's time included. */
export type Whole = Omit<Figures, 'addedMs'> & { wholeMs: Spread | undefined }
export type ModelsReport = {
  machine: Machine
  run: typeof usual
  limits: AtLimit[]
  misses: Whole
  hits: Whole
  /** What the station did not hold, in words. */
  faults: string[]
}

/** What an endpoint's limit lets through, and what a kept answer saves. Everybody writes once, in a fresh chat. */
export async function reportModels(options: Options, show: Show, signal: AbortSignal): Promise<ModelsReport> {
  await using model = await startModel(usual)
  const faults: string[] = []

  async function run(name: string, load: Pick<Run, 'rate' | 'concurrency' | 'isSame'> & { modelMs?: number }) {
    const conversations = Math.ceil(load.rate * (usual.warmUp + usual.seconds))
    const one: Run = { ...options, ...usual, conversations, ...load }
    const start: Parameters<typeof measure>[0] = onText => startWaystation(telegram, one, model, onText)
    const figures = await measure(start, one, line => show(`${name}: ${line}`), signal)
    faults.push(...faultsOf(figures, one).map(fault => `${name}: ${fault}`))
    return figures
  }

  const limits: AtLimit[] = []
  for (const limit of LIMITS) {
    const ideal = (limit * 1000) / usual.modelMs
    limits.push({ limit, ideal, ...(await run(`limit ${limit}`, { rate: ideal * OVERLOAD, concurrency: limit })) })
  }
  const misses = whole(await run('misses', { rate: CACHE_RATE, ...nothingTakenOff }))
  const hits = whole(await run('hits', { rate: CACHE_RATE, ...nothingTakenOff, isSame: true }))
  return { machine: thisMachine(), run: usual, limits, misses, hits, faults }
}

/** As if the model, which runs already, took no time. */
const nothingTakenOff = { modelMs: 0 }

const whole = ({ addedMs, ...figures }: Figures): Whole => ({ ...figures, wholeMs: addedMs })
