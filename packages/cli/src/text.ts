import type { Language } from './language.ts'

/** Columns as wide as their widest cell, which should be ASCII: what else there is belongs into the last one. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  // Not Math.max(...all): there may be more rows than a call takes arguments.
  const widths = head.map((_, column) => all.reduce((most, row) => Math.max(most, columnsOf(row[column] ?? '')), 0))
  const pad = (cell: string, column: number) => cell + ' '.repeat((widths[column] ?? 0) - columnsOf(cell))
  return all.map(row => row.map(pad).join('  ').trimEnd()).join('\n')
}

/** What one thing has, a line each. */
export function fields(of: object): string {
  const told = Object.entries(of).filter(([, value]) => value !== undefined)
  const width = Math.max(...told.map(([name]) => name.length))
  const shown = (value: unknown) => (Array.isArray(value) ? value.join(`\n${' '.repeat(width + 2)}`) : value)
  return told.map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}`).join('\n')
}

/** A Chinese character is two columns wide on a terminal. */
const columnsOf = (text: string): number =>
  text.length + (text.match(/[\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/g)?.length ?? 0)

/** `3d 4h`, `5m 12s`: the two largest units. */
export function duration(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const all = {
    days: Math.floor(seconds / 86_400),
    hours: Math.floor(seconds / 3600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
  }
  const largest = Object.entries(all).findIndex(([, value]) => value > 0)
  const shown = Object.fromEntries(
    Object.entries(all)
      .slice(largest === -1 ? 3 : largest)
      .slice(0, 2),
  )
  return formatOf(language, largest === -1 ? 'always' : 'auto').format(shown)
}

const formats = new Map<string, Intl.DurationFormat>()

/** To make one takes twenty times as long as to use it, and a list may have many rows. */
function formatOf(language: Language, secondsDisplay: 'always' | 'auto'): Intl.DurationFormat {
  const name = `${language} ${secondsDisplay}`
  const format = formats.get(name) ?? new Intl.DurationFormat(language, { style: 'narrow', secondsDisplay })
  formats.set(name, format)
  return format
}

/** In KiB, MiB or GiB. */
export function size(bytes: number): string {
  const mebibytes = bytes / 2 ** 20
  if (mebibytes < 1) return `${Math.ceil(bytes / 1024)} KiB`
  return mebibytes < 1024 ? `${mebibytes.toFixed(mebibytes < 10 ? 1 : 0)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`
}

/** In English alone a noun has a plural. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** Each line of it, if it has any words, moved to the right. */
export const indented = (text: string): string => text.replace(/^(?=.)/gm, ' '.repeat(4))
