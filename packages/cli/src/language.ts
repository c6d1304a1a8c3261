import type { Env } from '@waystation/runtime'

export type Language = 'en' | 'zh'
/** One thing to say, in both. */
export type Words = Readonly<Record<Language, string>>

/** Says what there is to say in the language of the terminal. */
export function speakerOf(env: Env): (words: Words) => string {
  const language = languageOf(env)
  return words => words[language]
}

/** As POSIX has it: the first of the three that is set decides. */
export function languageOf({ LC_ALL, LC_MESSAGES, LANG }: Env): Language {
  return /^zh/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'zh' : 'en'
}
