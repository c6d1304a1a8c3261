import type { Env } from '@waystation/runtime'

export type Language = 'en' | 'zh'
/** One thing to say, in both. */
export type Words = Readonly<Record<Language, string>>
export type Say = (words: Words) => string

/** Names, numbers and addresses are the same in both. */
export const alike = (text: string): Words => ({ en: text, zh: text })

export const inBoth = (words: (language: Language) => string): Words => ({ en: words('en'), zh: words('zh') })

/** Says what there is to say in the language of the terminal. */
export function speakerOf(env: Env): Say {
  const language = languageOf(env)
  return words => words[language]
}

/** As POSIX has it: the first of the three that is set decides. */
export function languageOf({ LC_ALL, LC_MESSAGES, LANG }: Env): Language {
  return /^zh/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'zh' : 'en'
}
