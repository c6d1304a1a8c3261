/**
 * About how many tokens a text costs: one per Chinese, Japanese or Korean character, a quarter per other character.
 * Tokenizers differ per model; a budget only needs the order of magnitude, on the safe side.
 */
export function estimateTokens(text: string): number {
  const wide = text.match(/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]/g)?.length ?? 0
  return wide + Math.ceil((text.length - wide) / 4)
}
