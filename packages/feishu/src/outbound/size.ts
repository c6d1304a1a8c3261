/**
 * Feishu refuses a card or post of more than 30 KB, counted in the request, where the content is JSON within JSON and
 * an escape is escaped once more. The rest is for the card's frame and its buttons.
 */
export const MAX_BYTES = 24 * 1024

/** What the quotation marks around a part take: `"\"` and `\""`. */
export const QUOTES_BYTES = 6

const bytesOfEscaped = new Map(
  [...'"\\\b\t\n\f\r'].map(character => [
    character.charCodeAt(0),
    JSON.stringify(JSON.stringify(character)).length - QUOTES_BYTES,
  ]),
)
/** `\\u0001` */
const CONTROL_BYTES = 7

/** Bytes of a well-formed text as JSON within JSON, its quotation marks not counted. */
export function bytesOf(text: string): number {
  let bytes = 0
  for (let at = 0; at < text.length; at += 1) bytes += bytesOfUnit(text.charCodeAt(at))
  return bytes
}

/** How far into `text` one gets from `from` with so many bytes. UTF-16 units. */
export function reach(text: string, from: number, bytes: number): number {
  let left = bytes
  for (let at = from; at < text.length; at += 1) {
    left -= bytesOfUnit(text.charCodeAt(at))
    if (left < 0) return at
  }
  return text.length
}

function bytesOfUnit(unit: number): number {
  if (unit < 0x20 || unit === 0x22 || unit === 0x5c) return bytesOfEscaped.get(unit) ?? CONTROL_BYTES
  if (unit < 0x80) return 1
  if (unit < 0x800) return 2
  // A pair of surrogates is one character of four.
  return unit >= 0xd800 && unit < 0xe000 ? 2 : 3
}
