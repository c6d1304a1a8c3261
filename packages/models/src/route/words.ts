/** A text as rules read it. */
export type Reading = {
  /** Half width, lower case, spaces single, nothing invisible. */
  text: string
  /** Whether words meet between the characters before and behind `index`, in a script that writes no spaces. */
  isBoundary(index: number): boolean
}

const wordCharacter = /[\p{L}\p{N}\p{M}_]/u
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })

export function read(text: string): Reading {
  const normalised = normalise(text)
  let boundaries: Set<number> | undefined
  return {
    text: normalised,
    isBoundary(index) {
      boundaries ??= new Set(Array.from(segmenter.segment(normalised), segment => segment.index))
      return boundaries.has(index)
    },
  }
}

/** Finds any of the words: whole ones, so that neither `tax` is in `taxi` nor 合同 in 场合同学. */
export function createFinder(words: string[]): (reading: Reading) => boolean {
  const wanted = words.map(normalise)
  return reading => wanted.some(word => isFound(word, reading))
}

function isFound(word: string, reading: Reading): boolean {
  for (let at = reading.text.indexOf(word); at !== -1; at = reading.text.indexOf(word, at + 1)) {
    if (isEdge(reading, at) && isEdge(reading, at + word.length)) return true
  }
  return false
}

/** Whether a word may begin or end at `index`. */
export function isEdge({ text, isBoundary }: Reading, index: number): boolean {
  const before = lastCharacter(text.slice(Math.max(0, index - 2), index))
  const behind = String.fromCodePoint(text.codePointAt(index) ?? 0x20)
  if (!wordCharacter.test(before) || !wordCharacter.test(behind)) return true
  if (unspaced.test(before) && unspaced.test(behind)) return isBoundary(index)
  // A change of script is one: 报销invoice.
  return unspaced.test(before) !== unspaced.test(behind)
}

const lastCharacter = (text: string): string => Array.from(text).at(-1) ?? ''

function normalise(text: string): string {
  return (
    text
      .normalize('NFKC')
      // What comes along when one copies from a web page: soft hyphens, zero-width spaces, byte order marks.
      .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
      .toLowerCase()
      // Again: some lower case letters are decomposed, and accents may have moved to their letters.
      .normalize('NFKC')
      // Phones write doctor’s.
      .replace(/[‘’]/g, "'")
      .replace(/\s+/g, ' ')
      .trim()
  )
}
