import { once } from 'node:events'
import { styleText } from 'node:util'
import { type Env, envHere } from '@waystation/runtime'
import type { Command } from 'commander'
import { type Answer, answers, EXIT, type Terminal } from '../command.ts'
import { given, readVariables, takesVariables } from '../given.ts'
import { type Language, speakerOf, type Words } from '../language.ts'
import { reach } from '../station.ts'
import { isInContainers } from '../target.ts'
import { indented } from '../text.ts'
import type { Colour } from './finding.ts'
import { type Told, tell } from './told.ts'

type Options = { fix?: boolean; variables?: string }

/** `waystation doctor`: what is not well, and what to do about it. */
export function addDoctor(program: Command, env: Env): void {
  const say = speakerOf(env)
  const command = program
    .command('doctor')
    .description(say({ en: 'what is not well, and what to do about it', zh: '检查哪里不好，怎样处理' }))
    .option('--fix', say({ en: 'mends what can be mended without harm', zh: '修复可以放心修复的' }))
  answers<[Options]>(takesVariables(command, env), env, (terminal, options) =>
    isInContainers(env)
      ? doctorOfServer(env, terminal, options)
      : doctor(given(env, options.variables), terminal, options),
  )
}

async function doctor(env: Env, terminal: Terminal, { fix }: Options): Promise<Answer> {
  // It knows every service, which other commands need not wait for.
  const { examine } = await import('./examine.ts')
  const reached = await reach(env)
  try {
    const findings = tell(() => examine(env, reached), fix, env, terminal)
    // Who is asked may be silent until its time limit, each of them.
    return report(await Promise.race([findings, interruption(terminal.signal)]), terminal)
  } finally {
    await reached.station?.[Symbol.asyncDispose]()
  }
}

/** Rejects with Ctrl-C. */
async function interruption(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort')
  throw signal.reason
}

/** In the folder of a server with Compose. */
async function doctorOfServer(env: Env, terminal: Terminal, { fix, variables = '.env' }: Options): Promise<Answer> {
  const { examineServer } = await import('./server.ts')
  return report(await examineServer(envHere(env), readVariables(variables), fix, terminal), terminal)
}

function report(findings: readonly Told[], { say, language }: Terminal): Answer {
  const count = (colour: Colour) => findings.filter(one => one.colour === colour).length
  const [green, yellow, red] = [count('green'), count('yellow'), count('red')]
  const sum = say({ en: `${green} green, ${yellow} yellow, ${red} red.`, zh: `绿 ${green}，黄 ${yellow}，红 ${red}。` })
  const width = Math.max(...findings.map(({ name }) => name.length))
  const lines = findings.flatMap(({ name, colour, finding, cure, done }) => [
    `${mark(colour, language)}  ${name.padEnd(width)}  ${finding}`,
    ...(done === undefined ? [] : [indented(`--fix: ${done}`)]),
    ...(cure === undefined ? [] : [indented(`→ ${cure}`)]),
  ])
  return { text: [...lines, '', sum].join('\n'), json: findings, code: red === 0 ? EXIT.done : EXIT.failed }
}

const colours: Record<Colour, Words> = {
  green: { en: 'green ', zh: '绿' },
  yellow: { en: 'yellow', zh: '黄' },
  red: { en: 'red   ', zh: '红' },
}

/** Coloured on a terminal, unless NO_COLOR is set. */
const mark = (colour: Colour, language: Language): string => styleText(colour, colours[colour][language])
