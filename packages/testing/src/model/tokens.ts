/** Of English, as a rule of thumb has it; real tokenizers make about one token of a Chinese character. */
const CHARACTERS_A_TOKEN = 4

export const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_A_TOKEN)

/** As much of a text as there are tokens for; no character is cut in two. */
export function firstTokensOf(text: string, tokens: number): string {
  return text.slice(0, tokens * CHARACTERS_A_TOKEN).replace(/[\uD800-\uDBFF]$/, '')
}
