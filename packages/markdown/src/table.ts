/** Phones show about this many columns of a `pre`; one long cell must not push the others out of sight. */
const MAX_WIDTH = 32

const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u

/** Rows of cells, the first one the head, as lines of equal columns for a fixed-width font. */
export function alignTable(rows: string[][], align: ('center' | 'left' | 'right' | null)[]): string {
  const cells = rows.map(row => row.map(cell => cell.replaceAll('\n', ' ').trim()))
  const widths = align.map((_, column) =>
    Math.min(
      MAX_WIDTH,
      cells.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? '')), 1),
    ),
  )
  const lines = cells.map(row =>
    widths.map((width, column) => pad(row[column] ?? '', width, align[column] ?? 'left')).join(' | '),
  )
  const rule = widths.map(width => '-'.repeat(width)).join('-+-')
  return lines
    .toSpliced(1, 0, rule)
    .map(line => line.trimEnd())
    .join('\n')
}

/** In columns; an ideograph takes two. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += wide.test(character) ? 2 : 1
  return width
}

function pad(text: string, width: number, align: 'center' | 'left' | 'right'): string {
  const room = Math.max(0, width - widthOf(text))
  const before = { left: 0, center: Math.floor(room / 2), right: room }[align]
  return ' '.repeat(before) + text + ' '.repeat(room - before)
}
