import { stripVTControlCharacters } from 'node:util'
import { spawn } from '@lydell/node-pty'
import { WAYSTATION } from './call.ts'

const keys = { enter: '\r', up: '\u001b[A', down: '\u001b[B', space: ' ', clear: '\u0015', 'ctrl-c': '\u0003' } as const
/** Node, a workspace of TypeScript to read, and a busy machine. */
const PATIENCE_MS = 60_000

/** A key by its name, or words that are typed. */
export type Typed = { key: keyof typeof keys } | { text: string }

/** A person before a terminal in which `waystation` runs. */
export type TerminalSession = Disposable & {
  /**
   * Waits for words on the screen, after those that were waited for before, and types. Returns the words. Rejects with the
   * screen.
   */
  when(words: string | RegExp, ...typed: Typed[]): Promise<string>
  type(...typed: Typed[]): void
  /** All that was ever on the screen, without colours and movements. */
  seen(): string
  /** The exit code. */
  ended: Promise<number>
}

export const key = (name: keyof typeof keys): Typed => ({ key: name })
export const text = (words: string): Typed => ({ text: words })

/** Calls `waystation` in a pseudo-terminal, in the folder `cwd`, with `env` for all of its environment but PATH and HOME. */
export function openTerminal(cwd: string, env: Readonly<Record<string, string>>, ...words: string[]): TerminalSession {
  const { PATH = '', HOME = '' } = process.env
  const terminal = spawn(process.execPath, [WAYSTATION, ...words], {
    cwd,
    // Wide, so that no sentence is broken.
    cols: 400,
    rows: 100,
    env: { PATH, HOME, TERM: 'xterm-256color', ...env },
  })
  let output = ''
  let read = 0
  let look = () => {}
  const exit = Promise.withResolvers<number>()
  terminal.onData(data => {
    output += data
    look()
  })
  terminal.onExit(({ exitCode }) => {
    exit.resolve(exitCode)
    look()
  })
  const seen = () => stripVTControlCharacters(output)
  const type = (...typed: Typed[]) => {
    for (const one of typed) terminal.write('key' in one ? keys[one.key] : one.text)
  }

  return {
    async when(words, ...typed) {
      const pattern = typeof words === 'string' ? new RegExp(RegExp.escape(words)) : words
      const found = Promise.withResolvers<string>()
      const fail = () => found.reject(new Error(`"${words}" does not appear after:\n${seen().slice(read)}`))
      look = () => {
        const match = pattern.exec(seen().slice(read))
        if (!match) return
        read += match.index + match[0].length
        found.resolve(match[0])
      }
      const timer = setTimeout(fail, PATIENCE_MS)
      void exit.promise.then(() => setImmediate(fail))
      look()
      const shown = await found.promise.finally(() => clearTimeout(timer))
      type(...typed)
      return shown
    },
    type,
    seen,
    ended: exit.promise,
    [Symbol.dispose]: () => terminal.kill('SIGKILL'),
  }
}
