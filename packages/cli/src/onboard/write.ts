import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { structuredPatch } from 'diff'
import { Wrong } from '../wrong.ts'
import { masked } from './env-file.ts'

/** `before`: what it says now, or what a new one is made from. */
export type NewFile = { path: string; isNew: boolean; before: string; after: string; mode: number }

/** Each file whole or not at all: first all are written beside, then all are put in place. Throws `Wrong`. */
export function writeFiles(files: readonly NewFile[]): void {
  const ready: { temporary: string; path: string }[] = []
  try {
    for (const { path: named, after, mode } of files) {
      mkdirSync(dirname(named), { recursive: true })
      // A link stays one.
      const path = existsSync(named) ? realpathSync(named) : named
      const temporary = `${path}.${process.pid}.tmp`
      ready.push({ temporary, path })
      writeDurably(temporary, after, mode)
    }
    for (const { temporary, path } of ready) renameSync(temporary, path)
  } catch (error) {
    throw new Wrong(unwritable(error as NodeJS.ErrnoException))
  } finally {
    for (const { temporary } of ready) rmSync(temporary, { force: true })
  }
}

function writeDurably(path: string, text: string, mode: number): void {
  const file = openSync(path, 'wx', mode)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  // Whatever the umask is.
  chmodSync(path, mode)
}

/** What would change, without secrets. */
export function diffOf({ path, before, after }: NewFile): string {
  const isEnv = path === '.env'
  const [old, next] = isEnv ? [masked(before, before), masked(after, before)] : [before, after]
  const { hunks } = structuredPatch(path, path, old, next, undefined, undefined, { context: 1 })
  return [path, ...hunks.flatMap(({ lines }) => lines)].join('\n')
}

export const SAME = { en: 'Nothing changes.', zh: '没有变化。' }
export const DRY = { en: 'Nothing was written (--dry-run).', zh: '没有写入（--dry-run）。' }

const unwritable = ({ path, code }: NodeJS.ErrnoException) => ({
  en: `Nothing was written: ${path ?? 'a file'} cannot be (${code}). Go to a folder that is yours.`,
  zh: `没有写入任何文件：无法写 ${path ?? '文件'}（${code}）。请换到您有权限的目录。`,
})
