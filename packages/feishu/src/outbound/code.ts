import { escapeText, unmentioned } from './escape.ts'
import { type Line, lineOf, textLines } from './page.ts'

/** Code with more back ticks in a row is hardly code; its fence would fill the card. */
const MAX_FENCE = 64

/** A block of code between fences, `info` being what stood behind the first one. */
export function codeLines(text: string, info = ''): Line[] {
  const longest = Math.max(2, ...ticksIn(text))
  if (longest > MAX_FENCE) return textLines([{ text: escapeText(text) }])
  const fence = '`'.repeat(longest + 1)
  const language = /^[\w+#.-]{1,32}(?=\s|$)/.exec(info)?.[0] ?? ''
  const frame = { open: `${fence}${language}\n`, close: `\n${fence}`, isTable: false }
  return unmentioned(text)
    .split('\n')
    .map((line, index) => lineOf([{ text: line }], { gap: index === 0 ? 'block' : 'line', frame }))
}

/** Code within a line, between as few back ticks as can be: some readers take more of them for text. */
export function codeSpan(text: string): string {
  const taken = ticksIn(text)
  let count = 1
  while (taken.has(count)) count += 1
  const ticks = '`'.repeat(count)
  const room = /^`|`$|^ .* $/s.test(text) ? ' ' : ''
  return ticks + room + unmentioned(text) + room + ticks
}

/** How many back ticks there are in a row. */
const ticksIn = (code: string): Set<number> => new Set((code.match(/`+/g) ?? []).map(run => run.length))
