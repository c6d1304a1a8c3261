import { cause, type Outcome } from './cause.ts'
import type { Failure } from './failure.ts'
import { failures } from './failures/index.ts'
import { keepJournal } from './journal.ts'
import { BadOptions, help, type Options, readOptions } from './options.ts'
import { startSite } from './site.ts'
import { faultsOf, tableOf } from './table.ts'

const USAGE_ERROR = 2
const INTERRUPTED = 130

process.exitCode = await main(process.argv.slice(2))

/** Prints what was told, and returns the code to exit with: 1 where anybody was not told once. */
async function main(args: string[]): Promise<number> {
  const options = readOrExplain(args)
  if (options === undefined) return USAGE_ERROR
  if (options.help) return print(help)
  if (options.list) return print(listOf())
  const interrupted = new AbortController()
  // Once: a second Ctrl-C ends this process at once, and all that it started with it.
  process.once('SIGINT', () => interrupted.abort()).once('SIGTERM', () => interrupted.abort())
  try {
    return await drill(options, interrupted.signal)
  } catch (error) {
    if (interrupted.signal.aborted) return INTERRUPTED
    throw error
  }
}

async function drill({ only, speed }: Options, signal: AbortSignal): Promise<number> {
  await using site = await startSite(speed)
  await using journal = keepJournal(site)
  const wanted = failures.filter(
    ({ tells }) => only.length === 0 || Object.keys(tells).some(name => only.includes(name)),
  )
  const outcomes: Outcome[] = []
  for (const failure of wanted) {
    const why = failure.impossible?.()
    say(`${failure.what}${why ? `: skipped, ${why}` : ''}`)
    if (why) continue
    const outcome = await cause(failure, { site, journal, speed, signal, say: text => say(`  ${text}`) })
    for (const fault of faultsOf([outcome])) say(`  ${fault}`)
    outcomes.push(outcome)
  }
  const faults = faultsOf(outcomes)
  print(
    `\n${tableOf(outcomes)}\n${faults.map(fault => `Not held: ${fault}.\n`).join('') || 'Everybody was told once.\n'}`,
  )
  return faults.length > 0 ? 1 : 0
}

function say(line: string): void {
  process.stderr.write(`${new Date().toTimeString().slice(0, 8)} ${line}\n`)
}

function listOf(): string {
  const toldOf = (tells: Failure['tells']) =>
    Object.entries(tells).map(([alert, receivers]) => `    ${alert}: ${receivers.join(', ')}\n`)
  return failures.map(({ what, tells }) => `${what}\n${toldOf(tells).join('')}`).join('')
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
