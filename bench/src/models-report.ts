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
/** Inference processes, so many turns that each has at once, and the limit of the endpoint that they share. */
const PROCESSES = [1, 2, 4, 8]
const TURNS = 4
const SHARED_LIMIT = 16
const CACHE_RATE = 50
const usual = { modelMs: 200, firstTokenMs: 200, inference: 2, warmUp: 2, seconds: 6 }

/** `count`: of places, or of processes. `ideal`: answers a second, if none were ever idle. */
export type Against = Figures & { count: number; ideal: number }
/** `wholeMs`: from when a message was due until its answer could be read, the model's time included. */
export type Whole = Omit<Figures, 'addedMs'> & { wholeMs: Spread | undefined }
export type ModelsReport = {
  machine: Machine
  run: typeof usual
  limits: Against[]
  processes: Against[]
  misses: Whole
  hits: Whole
  /** What the station did not hold, in words. */
  faults: string[]
}

/** What an endpoint's limit lets through, and what a kept answer saves. Everybody writes once, in a fresh chat. */
export async function reportModels(options: Options, show: Show, signal: AbortSignal): Promise<ModelsReport> {
  await using model = await startModel(usual)
  const faults: string[] = []

  async function run(name: string, load: Load) {
    const conversations = Math.ceil(load.rate * (usual.warmUp + usual.seconds))
    const one: Run = { ...options, ...usual, conversations, ...load }
    const start: Parameters<typeof measure>[0] = onText => startWaystation(telegram, one, model, onText)
    const figures = await measure(start, one, line => show(`${name}: ${line}`), signal)
    faults.push(...faultsOf(figures, one).map(fault => `${name}: ${fault}`))
    return figures
  }

  async function against(name: string, count: number, places: number, load: Partial<Run>): Promise<Against> {
    const ideal = (places * 1000) / usual.modelMs
    return { count, ideal, ...(await run(`${name} ${count}`, { ...load, rate: ideal * OVERLOAD })) }
  }

  const limits: Against[] = []
  for (const limit of LIMITS) limits.push(await against('limit', limit, limit, { concurrency: limit }))
  const processes: Against[] = []
  for (const count of PROCESSES) {
    const load = { inference: count, turns: TURNS, concurrency: SHARED_LIMIT }
    processes.push(await against('processes', count, Math.min(count * TURNS, SHARED_LIMIT), load))
  }
  const misses = whole(await run('misses', { rate: CACHE_RATE, ...nothingTakenOff }))
  const hits = whole(await run('hits', { rate: CACHE_RATE, ...nothingTakenOff, isSame: true }))
  return { machine: thisMachine(), run: usual, limits, processes, misses, hits, faults }
}

type Load = Partial<Run> & Pick<Run, 'rate'>

/** As if the model, which runs already, took no time. */
const nothingTakenOff = { modelMs: 0 }

const whole = ({ addedMs, ...figures }: Figures): Whole => ({ ...figures, wholeMs: addedMs })
