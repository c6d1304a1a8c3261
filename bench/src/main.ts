import { bench, type Report } from './bench.ts'
import { type ModelsReport, reportModels } from './models-report.ts'
import { modelsTableOf } from './models-table.ts'
import { BadOptions, help, type Options, readOptions } from './options.ts'
import { createProgress } from './progress.ts'
import { tableOf } from './table.ts'

const USAGE_ERROR = 2
const INTERRUPTED = 130

process.exitCode = await main(process.argv.slice(2))

/** Prints the report, and returns the code to exit with: 1 where the station did not hold what it promises. */
async function main(args: string[]): Promise<number> {
  const options = readOrExplain(args)
  if (options === undefined) return USAGE_ERROR
  if (options.help) return print(help)

  const interrupted = new AbortController()
  // Once: a second Ctrl-C ends this process at once, and all that it started with it.
  process.once('SIGINT', () => interrupted.abort()).once('SIGTERM', () => interrupted.abort())
  const progress = createProgress(process.stderr)
  try {
    const run = options.report === 'models' ? reportModels : bench
    const report = await run(options, progress.show, interrupted.signal)
    progress.clear()
    print(options.json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report))
    return report.faults.length > 0 ? 1 : 0
  } catch (error) {
    progress.clear()
    if (interrupted.signal.aborted) return INTERRUPTED
    throw error
  }
}

function textOf(report: Report | ModelsReport): string {
  return 'limits' in report ? modelsTableOf(report) : tableOf(report)
}

function readOrExplain(args: string[]): Options | undefined {
  try {
    return readOptions(args)
  } catch (error) {
    if (!(error instanceof BadOptions)) throw error
    process.stderr.write(`${error.message}\n`)
    return undefined
  }
}

function print(text: string): 0 {
  process.stdout.write(text)
  return 0
}
