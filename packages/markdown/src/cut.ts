const graphemes = new Intl.Segmenter()
/** Far longer than any emoji; what is longer still is an accumulation of accents. */
const LONGEST_GRAPHEME = 64

/**
 * Where to cut `text` so that the piece from `from` ends at `limit` at the latest: after a line, else after a word,
 * unless that would leave half of the room empty, else between two characters as people count them. UTF-16 units.
 */
export function cutPoint(text: string, from: number, limit: number): number {
  if (limit >= text.length) return text.length
  const room = text.slice(from, limit)
  for (const separator of ['\n', ' ']) {
    const at = room.lastIndexOf(separator)
    if (at >= room.length / 2) return from + at + 1
  }
  return betweenCharacters(text, from, limit)
}

function betweenCharacters(text: string, from: number, limit: number): number {
  const start = Math.max(from, limit - LONGEST_GRAPHEME)
  const around = graphemes.segment(text.slice(start, limit + LONGEST_GRAPHEME))
  const index = around.containing(limit - start)?.index ?? 0
  if (index > 0) return start + index
  const isInsidePair = /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(limit - 1, limit + 1))
  return isInsidePair && limit - 1 > from ? limit - 1 : limit
}
