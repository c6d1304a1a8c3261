import type { Usage } from '@waystation/domain'

/** For a million tokens, in the currency of the budgets. */
export type Price = { prompt: number; completion: number }

/** An endpoint without a price costs nothing. */
export const costOf = ({ promptTokens, completionTokens }: Usage, price: Price | undefined): number =>
  price ? (promptTokens * price.prompt + completionTokens * price.completion) / 1_000_000 : 0

/** What an answer costs at most: one of `maxTokens`. As right as `promptTokens`, which nobody knows before the server. */
export const estimateOf = (promptTokens: number, maxTokens: number, price: Price | undefined): number =>
  costOf({ promptTokens, completionTokens: maxTokens }, price)

/** Money in Redis is whole millionths: sums of fractions drift. A Lua number holds nine billion's worth exactly. */
export const toMicros = (money: number): number => Math.round(money * 1_000_000)
export const fromMicros = (micros: number): number => micros / 1_000_000

/** Of Chinese; other languages have more, so that the guess is on the safe side. */
const BYTES_PER_TOKEN = 3

/** About what a text costs: budgets must know before a server has counted, and where it does not. */
export const roughTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)
