import type { Language } from './phrases.ts'

/** What somebody's answers came to. `cost` in the currency of the prices. */
export type Spent = { answers: number; promptTokens: number; completionTokens: number; cost: number }

/** What `/usage` says. */
export const usage = ({ today, month }: { today: Spent; month: Spent }, language: Language): string =>
  ({
    en: `You have used:\n\n- today: ${line(today, 'en')}\n- this month: ${line(month, 'en')}`,
    zh: `您的用量：\n\n- 今天：${line(today, 'zh')}\n- 本月：${line(month, 'zh')}`,
  })[language]

function line({ answers, promptTokens, completionTokens, cost }: Spent, language: Language): string {
  const number = new Intl.NumberFormat(language)
  const money = new Intl.NumberFormat(language, {
    minimumFractionDigits: 2,
    maximumSignificantDigits: 3,
    roundingPriority: 'morePrecision',
  })
  const [read, written, spent] = [number.format(promptTokens), number.format(completionTokens), money.format(cost)]
  return {
    en: `${number.format(answers)} ${answers === 1 ? 'answer' : 'answers'}, ${read} tokens read and ${written} written, cost ${spent}`,
    zh: `${number.format(answers)} 次回答，读入 ${read}、写出 ${written} 个 token，费用 ${spent}`,
  }[language]
}
