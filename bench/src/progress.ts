import type { WriteStream } from 'node:tty'

export type Show = (line: string) => void

/** One line of a terminal that is written over and over; nothing where nobody watches. */
export function createProgress(terminal: WriteStream): { show: Show; clear(): void } {
  const show: Show = line => {
    if (terminal.isTTY) terminal.write(`\r${line}\x1b[K`)
  }
  return { show, clear: () => show('') }
}
