import { cutPoint } from '@waystation/markdown'
import { toHtml } from './html.ts'
import type { Page, Run } from './page.ts'
import { render } from './render.ts'

/** What one message holds: UTF-16 units of what people see, tags not counted. */
const MAX_TEXT = 4096
/** A message is mostly text; one that is mostly addresses of links is sent without them. */
const MAX_HTML = 65_536
/** For an answer without a visible character, which Telegram refuses. */
const NOTHING = '…'

const visible = /[^\s\p{Cc}\p{Cf}]/u

/**
 * Markdown as Telegram's HTML, cut into messages: between blocks, else lines, else words, else characters. Formatting
 * that is cut in two is closed and opened again, a code block with its language. At least one part, none blank.
 */
export function split(markdown: string): string[] {
  const page = render(markdown)
  const parts = pieces(page).filter(piece => visible.test(textOf(piece)))
  return parts.length === 0 ? [NOTHING] : parts.map(partOf)
}

const textOf = (runs: Run[]): string => runs.map(run => run.text).join('')

function partOf(runs: Run[]): string {
  const html = toHtml(runs)
  return html.length <= MAX_HTML ? html : toHtml([{ text: textOf(runs), styles: [] }])
}

function pieces({ runs, breaks }: Page): Run[][] {
  const text = textOf(runs)
  const take = taker(runs)
  const found: Run[][] = []
  let nextBreak = 0
  for (let from = 0, to = 0; from < text.length; from = to) {
    const limit = from + MAX_TEXT
    to = cutPoint(text, from, limit)
    if (to < text.length) {
      while ((breaks[nextBreak] ?? Number.POSITIVE_INFINITY) <= limit) nextBreak += 1
      const lastBreak = breaks[nextBreak - 1] ?? 0
      // A message less than half full looks worse than a block cut in two.
      if (lastBreak - from >= MAX_TEXT / 2) to = lastBreak
    }
    found.push(take(to - from))
  }
  return found
}

/** Takes runs off the front, by the length of their text. */
function taker(runs: Run[]): (length: number) => Run[] {
  let index = 0
  let offset = 0
  return length => {
    const taken: Run[] = []
    for (let left = length; left > 0; ) {
      const run = runs[index]
      if (!run) break
      const text = run.text.slice(offset, offset + left)
      taken.push({ ...run, text })
      left -= text.length
      offset += text.length
      if (offset === run.text.length) {
        index += 1
        offset = 0
      }
    }
    return taken
  }
}
