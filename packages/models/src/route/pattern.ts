import type { Reading } from './words.ts'

/** Quadratic patterns take milliseconds for so many characters. Exponential ones are the operators' own fault. */
const PIECE = 2_000
/** What is no longer than this is found wherever a piece ends. */
const OVERLAP = 200

/** Throws `SyntaxError`. */
export const compilePattern = (source: string): RegExp => new RegExp(source, 'iu')

/** Finds any of the patterns. A long text is looked at piece by piece, in each of which `^` and `$` hold. */
export function createSearch(sources: string[]): (reading: Reading) => boolean {
  const patterns = sources.map(compilePattern)
  return ({ text }) => {
    for (let start = 0; ; start += PIECE - OVERLAP) {
      const piece = text.slice(start, start + PIECE)
      if (patterns.some(pattern => pattern.test(piece))) return true
      if (start + PIECE >= text.length) return false
    }
  }
}
