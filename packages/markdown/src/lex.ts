import { Lexer, type MarkedToken, type Token, Tokenizer } from 'marked'
import { cutPoint } from './cut.ts'

// marked reads some hostile markdown in quadratic time, and quotes within quotes by recursion. So it is given a text
// in stretches of these lengths (UTF-16 units), and what is nested deeper stays as it is written.
const BLOCKS_AT_ONCE = 16_384
const INLINES_AT_ONCE = 4_096
const MAX_NESTING = 12
/** marked fills every row of a table up to the width of its head. */
const MAX_COLUMNS = 50

/** The blocks of a markdown text (GitHub's flavour), in order. Takes time in proportion to the text's length. */
export function lex(markdown: string): MarkedToken[] {
  const text = markdown.replace(/\r\n?/g, '\n')
  const lexer = new BoundedLexer({ gfm: true, tokenizer: new BoundedTokenizer() })
  const blocks: Token[] = []
  let at = 0
  let stretch = BLOCKS_AT_ONCE
  while (at < text.length) {
    const end = cutPoint(text, at, at + stretch)
    const found = lexer.blockTokens(text.slice(at, end), [])
    // The last block may go on beyond the stretch.
    const whole = end < text.length ? found.slice(0, -1) : found
    const raw = whole.map(block => block.raw).join('')
    if (whole.length === 0 && found.some(goesOn)) {
      // Longer than the stretch: were it cut, the rest of the code would be read as markdown, of the table as text.
      stretch *= 2
      continue
    }
    const isCut = raw !== '' && end < text.length && text.startsWith(raw, at)
    blocks.push(...(isCut ? whole : found))
    at = isCut ? at + raw.length : end
    stretch = BLOCKS_AT_ONCE
  }
  lexer.readInlines()
  // Other tokens come from extensions of marked, and there are none.
  return blocks as MarkedToken[]
}

/** Whether a block may be as long as it likes. Not a table of short rows: all that they are filled up with takes room. */
function goesOn(block: Token): boolean {
  return (
    block.type === 'code' || (block.type === 'table' && block.rows.length * block.header.length * 2 <= block.raw.length)
  )
}

class BoundedLexer extends Lexer {
  #depth = 0

  /** The second half of what `lex` does in marked. */
  readInlines(): void {
    for (const { src, tokens } of this.inlineQueue) this.inlineTokens(src, tokens)
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    if (this.#depth === MAX_NESTING) {
      tokens.push({ type: 'text', raw: src, text: src, escaped: false })
      return tokens
    }
    this.#depth += 1
    for (let at = 0, end = 0; at < src.length; at = end) {
      end = cutPoint(src, at, at + INLINES_AT_ONCE)
      super.inlineTokens(src.slice(at, end), tokens)
    }
    this.#depth -= 1
    return tokens
  }
}

class BoundedTokenizer extends Tokenizer {
  #depth = 0

  #nested<Found>(read: () => Found): Found | undefined {
    if (this.#depth === MAX_NESTING) return undefined
    this.#depth += 1
    const found = read()
    this.#depth -= 1
    return found
  }

  override blockquote(src: string) {
    return this.#nested(() => super.blockquote(src))
  }

  override list(src: string) {
    return this.#nested(() => super.list(src))
  }

  override table(src: string) {
    const head = src.slice(0, src.indexOf('\n'))
    return head.split('|', MAX_COLUMNS + 2).length > MAX_COLUMNS + 1 ? undefined : super.table(src)
  }
}
