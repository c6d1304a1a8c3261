import { parseEnv } from 'node:util'
import { DOTS, seen } from '../secret.ts'
import { Wrong } from '../wrong.ts'

/** Read by Node, by Compose and by shells alike, without quotation marks. */
const plain = /^[\w@%+=:,./-]*$/

/** The text of a `.env` with one variable set, in its line where it has one. All other lines stay as they are. */
export function setVariable(text: string, name: string, value: string): string {
  if (/['\r\n]/.test(value)) throw new Wrong(UNFIT(name))
  const line = `${name}=${plain.test(value) ? value : `'${value}'`}`
  const lines = text.split('\n')
  const at = lines.findLastIndex(one => new RegExp(`^\\s*(export\\s+)?${name}\\s*=`).test(one))
  if (at === -1) return insert(lines, line).join('\n')
  if (parseEnv(lines[at] ?? '')[name] !== parseEnv(text)[name]) throw new Wrong(SEVERAL_LINES(name))
  return lines.with(at, line).join('\n')
}

/** At the end; but COMPOSE_PROFILES is made of what stands above it. */
function insert(lines: readonly string[], line: string): string[] {
  const profiles = lines.findIndex(one => one.startsWith('COMPOSE_PROFILES='))
  if (profiles === -1) return [...lines.slice(0, lines.at(-1) === '' ? -1 : lines.length), line, '']
  const comments = lines.slice(0, profiles).toReversed()
  const above = comments.findIndex(one => !one.startsWith('#'))
  const start = above === -1 ? 0 : profiles - above
  return lines[start - 1] === '' ? lines.toSpliced(start - 1, 0, line) : lines.toSpliced(start, 0, line, '')
}

/** The text with dots for each value that is not shown; of one that differs from `before`, it says so. */
export function masked(text: string, before: string): string {
  const known = new Set(before.split('\n'))
  return text
    .split('\n')
    .map(line => {
      const [, head = '', name = '', value = ''] = /^(\s*#?\s*(?:export\s+)?(\w+)\s*=\s*)(.*)$/.exec(line) ?? []
      if (head === '') return line.startsWith('#') || line.trim() === '' ? line : DOTS
      const shown = `${head}${seen(name, value)}`
      return shown === line || known.has(line) ? shown : `${shown} (new)`
    })
    .join('\n')
}

const UNFIT = (name: string) => ({
  en: `${name}: it may have neither ' nor a line break in it.`,
  zh: `${name}：不能含有 ' 或换行。`,
})
const SEVERAL_LINES = (name: string) => ({
  en: `.env: ${name} stands there over several lines. Put it into one, and come back.`,
  zh: `.env：${name} 写成了多行。请改成一行再来。`,
})
