import { createRequire } from 'node:module'
import { LRUCache } from 'lru-cache'

/** No tokenizer's library merges faster than by the square of a word's length: a longer word is counted in pieces. */
const LONGEST_WORD = 128
/** What the templates of models put around each message of a prompt; ChatML's and Llama's cost five. */
export const AROUND_A_MESSAGE = 5
/** Far more than anybody writes at once, and than most models read; what is beyond is estimated. */
const COUNTED_CHARACTERS = 100_000

/** A prompt counts its persona and its question several times, and other turns the same persona. */
const REMEMBERED_CHARACTERS = 10_000
const counts = new LRUCache<string, number>({ max: 500 })

/** What the tokenizer takes for one word: letters, signs, or spaces; digits it takes by threes. */
const longWord = new RegExp(
  ['[\\p{L}\\p{M}]', '[^\\s\\p{L}\\p{N}]', '\\s'].map(kind => `${kind}{${LONGEST_WORD + 1},}`).join('|'),
  'gu',
)
const piece = new RegExp(`[^]{1,${LONGEST_WORD}}`, 'gu')

/**
 * How many tokens a text costs, by the vocabulary of OpenAI's newer models (o200k). Others' differ by some percent; none
 * that is common is far coarser. The first call loads the vocabulary: about 170 ms and 60 MB.
 */
export function countTokens(text: string): number {
  if (text.length > REMEMBERED_CHARACTERS) return countAnew(text)
  const known = counts.get(text)
  if (known !== undefined) return known
  const tokens = countAnew(text)
  counts.set(text, tokens)
  return tokens
}

function countAnew(text: string): number {
  if (text.length <= LONGEST_WORD) return count(text)
  const counted = text.slice(0, COUNTED_CHARACTERS)
  let tokens = estimateTokens(text.slice(COUNTED_CHARACTERS))
  let at = 0
  for (const { 0: word, index } of counted.matchAll(longWord)) {
    tokens += count(counted.slice(at, index))
    for (const [part] of word.matchAll(piece)) tokens += count(part)
    at = index + word.length
  }
  return tokens + count(counted.slice(at))
}

/** How much of a model's room is filled: most vocabularies count other than ours, and few of today's a tenth more. */
export const filled = (room: number): number => Math.floor(room * 0.9)

/** About a token per Chinese, Japanese or Korean character, and a quarter per other one. */
function estimateTokens(text: string): number {
  let wide = 0
  // Kana, ideographs and syllables stand together, with little else among them.
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x3040 && text.charCodeAt(i) <= 0xd7af) wide += 1
  return wide + Math.ceil((text.length - wide) / 4)
}

let vocabulary: typeof import('gpt-tokenizer/encoding/o200k_base') | undefined

/** Loaded when it is needed: gateways read the settings and count nothing. */
function count(text: string): number {
  if (text === '') return 0
  vocabulary ??= load()
  // People may write what marks a text's end to a model: to it these are words like any others.
  return vocabulary.countTokens(text, { disallowedSpecial: new Set() })
}

function load(): NonNullable<typeof vocabulary> {
  // `require` does not know what it loads.
  const loaded = createRequire(import.meta.url)('gpt-tokenizer/encoding/o200k_base') as NonNullable<typeof vocabulary>
  // Each of its 100,000 words would keep alive the whole text that it was cut from.
  loaded.setMergeCacheSize(0)
  return loaded
}
