import { alike, type Language, type Words } from '../../language.ts'
import type { Talk } from '../talk.ts'

/** By the locale, unless another is chosen. */
export async function askLanguage(talk: Talk): Promise<void> {
  const words = { en: 'Language / 语言', zh: '语言 / Language' }
  const choices: { value: Language; words: Words }[] = [
    { value: 'en', words: alike('English') },
    { value: 'zh', words: alike('中文') },
  ]
  talk.speak(await talk.choose(words, choices, talk.language()))
}
