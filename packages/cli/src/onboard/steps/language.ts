import type { Language } from '../../language.ts'
import type { Talk } from '../talk.ts'

/** By the locale, unless another is chosen. */
export async function askLanguage(talk: Talk): Promise<void> {
  const words = { en: 'Language / 语言', zh: '语言 / Language' }
  const choices: { value: Language; words: { en: string; zh: string } }[] = [
    { value: 'en', words: { en: 'English', zh: 'English' } },
    { value: 'zh', words: { en: '中文', zh: '中文' } },
  ]
  talk.speak(await talk.choose(words, choices, talk.language()))
}
