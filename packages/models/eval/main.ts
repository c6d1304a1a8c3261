import { parseArgs } from 'node:util'
import { measure, type Sorted, sort } from './measure.ts'
import { parts, readQuestions } from './questions.ts'
import { percent, reportOf } from './report.ts'

const USAGE_ERROR = 2
const WANTED = 0.95

const help = `How well the starter rules sort the labelled questions in packages/models/eval: half of those that name what they are
about (the rules are tuned by it), the other half (held out), and oblique ones, which no rule can know.

  npm run eval:routing -- [options]

  --misses   also show each question of the tuned half that went wrong; the held-out half stays unseen
  --help

Ends with 1 where a private question of either half is not kept local, or under ${WANTED * 100} % of the held-out half go the right
way.
`

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  const options = readOptions(args)
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${help}`)
    return USAGE_ERROR
  }
  if (options.help) return print(help)
  const sorted = await sort(readQuestions())
  for (const part of parts) print(`${reportOf(part, ofPart(sorted, part))}\n`)
  if (options.misses) print(missesOf(ofPart(sorted, 'tuned')))
  const faults = faultsOf(sorted)
  for (const fault of faults) print(`${fault}\n`)
  return faults.length > 0 ? 1 : 0
}

function readOptions(args: string[]): { help?: boolean; misses?: boolean } | string {
  try {
    return parseArgs({ args, options: { help: { type: 'boolean' }, misses: { type: 'boolean' } } }).values
  } catch (error) {
    return error instanceof Error ? error.message : 'These options are not known.'
  }
}

/** The oblique ones have no mark to reach: they are there to be seen. */
function faultsOf(sorted: Sorted[]): string[] {
  const { private: kept } = measure(sorted.filter(({ part }) => part !== 'oblique'))
  const { all } = measure(ofPart(sorted, 'held-out'))
  return [
    ...(kept.right < kept.of ? [`Not kept local: ${kept.of - kept.right} private questions.`] : []),
    ...(all.right < WANTED * all.of ? [`The held-out half: ${percent(all).trim()}, under ${WANTED * 100} %.`] : []),
  ]
}

function ofPart(sorted: Sorted[], part: Sorted['part']): Sorted[] {
  return sorted.filter(question => question.part === part)
}

function missesOf(sorted: Sorted[]): string {
  const missed = sorted.filter(({ isRight }) => !isRight)
  return missed.map(({ domain, rule, text }) => `  ${domain} → ${rule}: ${text}\n`).join('')
}

function print(text: string): 0 {
  process.stdout.write(text)
  return 0
}
