import { cpus } from 'node:os'
import { z } from 'zod'
import type { Channel } from './channel.ts'
import { startChild } from './child.ts'
import { faultsOf } from './faults.ts'
import { feishu } from './feishu.ts'
import { type Figures, measure } from './measure.ts'
import type { Options } from './options.ts'
import type { Show } from './progress.ts'
import { startBaseline, startWaystation } from './systems.ts'
import { telegram } from './telegram.ts'

export type Report = {
  options: Options
  machine: { cores: number; cpu: string; node: string }
  waystation?: Figures
  baseline?: Figures
  /** What the station did not hold, in words. */
  faults: string[]
}

const channels: Record<Options['channel'], Channel> = { telegram, feishu }

const modelReady = z.object({ baseUrl: z.string(), model: z.string() })

/** Measures what `options` ask for, one system after the other. Rejects with the reason of `signal`. */
export async function bench(options: Options, show: Show, signal: AbortSignal): Promise<Report> {
  const { modelMs, firstTokenMs } = options
  const channel = channels[options.channel]
  const [first] = cpus()
  const machine = { cores: cpus().length, cpu: first?.model ?? '', node: process.version }
  await using child = await startChild(new URL('./model.ts', import.meta.url), { modelMs, firstTokenMs }, modelReady)
  const model = { ...child.hello, pid: child.pid }
  const run = (name: string, start: Parameters<typeof measure>[0]) =>
    measure(start, options, line => show(`${name}: ${line}`), signal)

  const report: Report = { options, machine, faults: [] }
  if (options.baseline !== 'only') {
    report.waystation = await run('waystation', onText => startWaystation(channel, options, model, onText))
    report.faults = faultsOf(report.waystation, options)
  }
  if (options.baseline !== 'none')
    report.baseline = await run('baseline', onText => startBaseline(channel, model, onText))
  return report
}
