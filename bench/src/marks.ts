/** The mark ends with a full stop, so that the beginning of one in a half-shown answer is not taken for another. */
const mark = /\bm(\d+)\./g

/** Three letters and a space: a token by the simulator's rule of thumb, and to real tokenizers. */
const FILLER = ' far and far and out'
const CHARACTERS_A_TOKEN = 4

/** What a person writes: something of an ordinary length, with a mark to know its answer by. */
export const questionOf = (number: number): string =>
  `m${number}. How long does a courier ride from Chang'an to Dunhuang, with a fresh horse at every station?`

/** What a model of so many tokens says: the marks of what it was asked, and words. */
export const answerOf = (question: string, tokens: number): string =>
  marksIn(question)
    .map(number => `m${number}.`)
    .join(' ')
    .padEnd(tokens * CHARACTERS_A_TOKEN, FILLER)

export const marksIn = (text: string): number[] => Array.from(text.matchAll(mark), ([, number]) => Number(number))
