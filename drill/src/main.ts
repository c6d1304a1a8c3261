import { hasPrograms } from '@waystation/testing'
import { cause, type Outcome } from './cause.ts'
import type { Failure } from './failure.ts'
import { failures } from './failures/index.ts'
import { keepHealthy } from './healthy.ts'
import { keepJournal } from './journal.ts'
import { BadOptions, help, type Options, readOptions } from './options.ts'
import { programs } from './programs.ts'
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
  if (!hasPrograms('the drill', ...programs)) {
    process.stderr.write(`On Debian: apt-get install ${programs.join(' ')}\n`)
    return USAGE_ERROR
  }
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

async function drill({ only, speed, healthy: minutes }: Options, signal: AbortSignal): Promise<number> {
  say(speed === 1 ? 'all waits as shipped' : `all that the rules and Alertmanager wait for is ${speed} times shorter`)
  await using site = await startSite(speed)
  await using journal = keepJournal(site)
  const faults: string[] = []
  const told = (fault: string) => {
    say(`  not as it should be: ${fault}`)
    faults.push(fault)
  }

  if (minutes > 0) {
    say(`nothing is wrong, for ${minutes} minutes`)
    const healthy = await keepHealthy(minutes, site, journal, signal)
    say(`  ${healthy.answered} messages answered`)
    healthy.faults.forEach(told)
  }
  const outcomes: Outcome[] = []
  for (const failure of failures) {
    const alerts = [...Object.keys(failure.tells), ...(failure.keepsQuiet ?? [])]
    if (only.length > 0 && !alerts.some(alert => only.includes(alert))) continue
    const why = failure.impossible?.()
    say(`${failure.what}${why ? `: skipped, ${why}` : ''}`)
    if (why) continue
    const outcome = await cause(failure, { site, journal, speed, signal, say: text => say(`  ${text}`) })
    outcomes.push(outcome)
    faultsOf(outcome).forEach(told)
  }
  print(
    `\n${tableOf(outcomes)}\n${faults.map(fault => `Not held: ${fault}.\n`).join('') || 'Everybody was told once.\n'}`,
  )
  return faults.length > 0 ? 1 : 0
}

function say(line: string): void {
  process.stderr.write(`${new Date().toTimeString().slice(0, 8)} ${line}\n`)
}

function listOf(): string {
  const linesOf = ({ tells, keepsQuiet = [] }: Failure) => [
    ...Object.entries(tells).map(([alert, receivers]) => `    ${alert}: ${receivers.join(', ')}\n`),
    ...keepsQuiet.map(alert => `    ${alert}: nobody\n`),
  ]
  return failures.map(failure => `${failure.what}\n${linesOf(failure).join('')}`).join('')
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
