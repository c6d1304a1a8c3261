/**
 * About how many tokens a text costs: one per Chinese, Japanese or Korean character, a quarter per other character.
 * Tokenizers differ per model; a budget only needs the order of magnitude, on the safe side.
 */
export function estimateTokens(text: string): number {
  let wide = 0
  // Kana, ideographs and syllables stand together, with little else among them.
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x3040 && text.charCodeAt(i) <= 0xd7af) wide += 1
  return wide + Math.ceil((text.length - wide) / 4)
}
