import { readdirSync, readFileSync } from 'node:fs'

/** How each process of this machine was called, as every user of it can read: `[pid, words]`. */
export function commandLines(): [pid: number, words: string][] {
  return readdirSync('/proc').flatMap((name): [number, string][] => {
    try {
      return /^\d+$/.test(name)
        ? [[Number(name), readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')]]
        : []
    } catch {
      // It ended meanwhile.
      return []
    }
  })
}
