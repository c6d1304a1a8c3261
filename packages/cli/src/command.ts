import { ConfigError, type Env, envHere } from '@waystation/runtime'
import type { Command } from 'commander'
import { callInside } from './inside.ts'
import { type Language, languageOf, type Say, speakerOf } from './language.ts'
import { connected, inWords, type Station, Unreachable } from './station.ts'
import { isInContainers } from './target.ts'
import { Wrong } from './wrong.ts'

/** What a script can tell by the exit code; `--help` says it to people. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, interrupted: 130 } as const

/** What a command found: for people, and the same for programs. */
export type Answer = { text: string; json: unknown; code?: (typeof EXIT)[keyof typeof EXIT] }

/** What a command in a container has printed already. */
type Printed = { text?: never; json?: never; code: number }

/** Who asks, and how they are spoken to. */
export type Terminal = {
  language: Language
  say: Say
  /** Replaces what the terminal shows; absent where stdout is none, or is for programs. */
  redraw: ((text: string) => void) | undefined
  /** Of long work: shown on stderr, so that stdout has the answer alone. */
  progress(line: string): void
  /** Ends with Ctrl-C. */
  signal: AbortSignal
}

export type Context = Terminal & { station: Station }

/** Wrong use, told with what would be right. */
export class Misused extends Error {
  override name = 'Misused'
}

/** As `answers`, with a station that is connected; in a container of `service` where the station of this folder is in some. */
export function asks<Args extends unknown[]>(
  command: Command,
  env: Env,
  answer: (context: Context, ...args: Args) => Promise<Answer>,
  service = 'inference',
): Command {
  return answers<Args>(command, env, async (terminal, ...args) => {
    if (isInContainers(env)) return { code: await callInside(service, env) }
    await using station = await connected(envHere(env))
    return await answer({ ...terminal, station }, ...args).catch(error => {
      throw inWords(error, station)
    })
  })
}

/** Adds `--json`, prints what `answer` found, explains what it threw, and sets the exit code. */
export function answers<Args extends unknown[]>(
  command: Command,
  env: Env,
  answer: (terminal: Terminal, ...args: Args) => Promise<Answer | Printed>,
): Command {
  const [language, say] = [languageOf(env), speakerOf(env)]
  command.option('--json', say({ en: 'for programs', zh: '供程序使用' }))
  return command.action(async (...given: unknown[]) => {
    // Commander puts the command itself behind the arguments and the options.
    const args = given.slice(0, -1) as Args
    const interrupted = new AbortController()
    process.once('SIGINT', () => interrupted.abort())
    try {
      const redraw = process.stdout.isTTY && !command.opts().json ? draw : undefined
      const terminal = { language, say, redraw, progress, signal: interrupted.signal }
      const { text, json, code = EXIT.done } = await answer(terminal, ...args).finally(endProgress)
      if (text !== undefined) process.stdout.write(`${command.opts().json ? JSON.stringify(json, null, 2) : text}\n`)
      process.exitCode = interrupted.signal.aborted ? EXIT.interrupted : code
    } catch (error) {
      process.exitCode = interrupted.signal.aborted ? EXIT.interrupted : codeOf(error)
      if (!isAbort(error)) process.stderr.write(`${explain(error, language)}\n`)
    }
  })
}

/** For what has an answer of its own where it goes wrong: why, for programs too. */
export async function orWhyNot({ say }: Pick<Terminal, 'say'>, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Wrong)) throw error
    return { text: say(error.words), json: { failed: error.words.en }, code: EXIT.failed }
  }
}

const draw = (text: string): void => {
  process.stdout.write(`\u001b[H\u001b[J${text}\n`)
}

const progress = (line: string): void => {
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line.slice(0, process.stderr.columns - 1)}` : `${line}\n`)
}

const endProgress = (): void => {
  if (process.stderr.isTTY) progress('')
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'

function codeOf(error: unknown): number {
  if (error instanceof Unreachable) return EXIT.unreachable
  return error instanceof Misused || error instanceof ConfigError ? EXIT.usage : EXIT.failed
}

/** Ours are sentences for a person; of anything else the stack is of use. */
function explain(error: unknown, language: Language): string {
  if (error instanceof Wrong) return error.words[language]
  if (error instanceof Misused || error instanceof ConfigError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
