import { cpus } from 'node:os'
import type { Channel } from './channel.ts'
import { faultsOf } from './faults.ts'
import { feishu } from './feishu.ts'
import { type Figures, measure } from './measure.ts'
import type { Options } from './options.ts'
import type { Show } from './progress.ts'
import { startBaseline, startModel, startWaystation } from './systems.ts'
import { telegram } from './telegram.ts'

export type Report = {
  options: Options
  machine: Machine
  waystation?: Figures
  baseline?: Figures
  /** What the station did not hold, in words. */
  faults: string[]
}

export type Machine = { cores: number; cpu: string; node: string }

export const thisMachine = (): Machine => ({
  cores: cpus().length,
  cpu: cpus()[0]?.model ?? '',
  node: process.version,
})

const channels: Record<Options['channel'], Channel> = { telegram, feishu }

/** Measures what `options` ask for, one system after the other. Rejects with the reason of `signal`. */
export async function bench(options: Options, show: Show, signal: AbortSignal): Promise<Report> {
  const channel = channels[options.channel]
  await using model = await startModel(options)
  const run = (name: string, start: Parameters<typeof measure>[0]) =>
    measure(start, options, line => show(`${name}: ${line}`), signal)

  const report: Report = { options, machine: thisMachine(), faults: [] }
  if (options.baseline !== 'only') {
    report.waystation = await run('waystation', onText => startWaystation(channel, options, model, onText))
    report.faults = faultsOf(report.waystation, options)
  }
  if (options.baseline !== 'none')
    report.baseline = await run('baseline', onText => startBaseline(channel, model, onText))
  return report
}
