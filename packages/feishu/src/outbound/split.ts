import { fit } from './fit.ts'
import type { Block } from './page.ts'
import { add, emptyPart, finished, type Part } from './part.ts'
import { render } from './render.ts'
import { MAX_BYTES } from './size.ts'

/** Feishu refuses a card with more: error 230099, "card table number over limit". */
const MAX_TABLES = 3
/** For an answer without a visible character, which Feishu refuses. */
const NOTHING = '…'

/**
 * A model's markdown as Feishu's, cut into parts that fit a card or a post each: between blocks, else lines, else
 * words, else characters. A code block that is cut in two is closed and opened again with its language, a table begins
 * again with its head. At least one part, none blank; nobody is mentioned in any.
 */
export function split(markdown: string): string[] {
  const parts = pack(render(markdown)).filter(part => part.isVisible)
  return parts.length === 0 ? [NOTHING] : parts.map(finished)
}

function pack(blocks: Block[]): Part[] {
  const full: Part[] = []
  let part = emptyPart
  const next = () => {
    full.push(part)
    part = emptyPart
  }
  for (const block of blocks) {
    const whole = withBlock(part, block)
    // A part less than half full looks worse than a block cut in two.
    if (!whole && part.bytes >= MAX_BYTES / 2) next()
    const grown = whole ?? withBlock(part, block)
    if (grown) {
      part = grown
      continue
    }
    for (const line of linesFor(part, block)) {
      if (!add(part, line)) next()
      part = add(part, line) ?? part
    }
  }
  return [...full, part]
}

function withBlock(part: Part, block: Block): Part | undefined {
  let grown: Part | undefined = part
  for (const line of linesFor(part, block)) {
    grown = add(grown, line)
    if (!grown) return undefined
  }
  return grown
}

const linesFor = ({ tables }: Part, { lines, plainer }: Block) =>
  (plainer && tables >= MAX_TABLES ? plainer() : lines).flatMap(fit)
