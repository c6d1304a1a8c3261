import { countTokens } from './tokens.ts'

/** Whoever reads it sees that something is missing. */
const MARK = '\n[…]\n'
/** How much shorter each try is at least. */
const SHRINK = 0.9

/** The text without its middle, so that it costs at most so many tokens; as it is where it fits. */
export function cutToTokens(text: string, tokens: number): string {
  let cut = text
  let kept = text.length
  for (;;) {
    const cost = countTokens(cut)
    if (cost <= tokens) return cut
    if (kept === 0) return ''
    kept = Math.floor(kept * Math.min(SHRINK, Math.max(0, tokens) / cost))
    cut = cutToCharacters(text, kept)
  }
}

/** The text without its middle where it is longer than so many UTF-16 units; the mark comes in addition. */
export function cutToCharacters(text: string, characters: number): string {
  if (text.length <= characters) return text
  const headEnds = Math.ceil(characters / 2)
  const tailBegins = text.length - Math.floor(characters / 2)
  const head = text.slice(0, isInsidePair(text, headEnds) ? headEnds - 1 : headEnds)
  return head + MARK + text.slice(isInsidePair(text, tailBegins) ? tailBegins + 1 : tailBegins)
}

/** Whether a cut here would part the two halves of one character. */
const isInsidePair = (text: string, at: number): boolean => at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff
