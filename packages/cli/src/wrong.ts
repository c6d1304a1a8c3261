import type { Words } from './language.ts'

/** What was asked or answered cannot be, and what to do about it. Never quotes a secret. */
export class Wrong extends Error {
  override name = 'Wrong'
  readonly words: Words
  constructor(words: Words) {
    super(words.en)
    this.words = words
  }
}
