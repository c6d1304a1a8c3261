/** The mark ends with a full stop, so that the beginning of one in a half-shown answer is not taken for another. */
const mark = /\bm(\d+)\./g

/** What a person writes: something of an ordinary length, with a mark to know its answer by. */
export const questionOf = (number: number): string =>
  `m${number}. How long does a courier ride from Chang'an to Dunhuang, with a fresh horse at every station?`

export const marksIn = (text: string): number[] => Array.from(text.matchAll(mark), ([, number]) => Number(number))
