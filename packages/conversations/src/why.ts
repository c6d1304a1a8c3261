import type { Route } from '@waystation/domain'
import type { Language } from './phrases.ts'

type InWords = Record<Language, string>

const tiers: Record<Route['tier'], InWords> = {
  local: { en: 'the local model', zh: '本地模型' },
  commercial: { en: 'the commercial model', zh: '商用模型' },
}

export const tierName = (tier: Route['tier'], language: Language): string => tiers[tier][language]

/** What `/why` says of the last answer's route. */
export function why(route: Route | undefined, language: Language): string {
  if (!route) return { en: 'There is no answer to explain.', zh: '现在没有可说明的回答。' }[language]
  const { tier, model, reason, isPrivate } = route
  const [decided = '', ...asides] = reason.split(', ')
  const said = [
    {
      en: `The last answer came from ${tiers[tier].en} (${model}): ${decision(decided).en}.`,
      zh: `上一条回答来自${tiers[tier].zh}（${model}）：${decision(decided).zh}。`,
    },
    ...asides.map(aside),
    ...(isPrivate ? [{ en: 'It is private and stays in the house.', zh: '内容私密，不会发往外部。' }] : []),
  ]
  return said.map(words => words[language]).join({ en: ' ', zh: '' }[language])
}

function decision(decided: string): InWords {
  const [kind, name = ''] = decided.split(/:(.*)/s)
  if (kind === 'rule') return { en: `the rule "${name}" wants it so`, zh: `由规则“${name}”决定` }
  if (kind === 'private') return { en: 'it is about something private', zh: '涉及私密内容' }
  if (kind === 'continued') return { en: 'it had begun the answer', zh: '由它接着写完' }
  if (kind === 'choice') return { en: 'you chose it', zh: '由您指定' }
  if (kind === 'classifier') return { en: `the question was taken for "${name}"`, zh: `问题被判断为“${name}”` }
  if (kind === 'default') return { en: 'no rule says otherwise', zh: '没有其他规则适用，按默认处理' }
  return { en: decided, zh: decided }
}

function aside(words: string): InWords {
  switch (words) {
    case 'fallback':
      return { en: 'It stood in for the other one, which did not answer.', zh: '原定的模型没有应答，由它代为回答。' }
    case 'over budget':
      return { en: 'It stood in for the other one, whose budget is spent.', zh: '原定模型的额度已用完，由它代为回答。' }
    case 'no local model':
      return { en: 'There is no local model.', zh: '没有可用的本地模型。' }
    case 'no commercial model':
      return { en: 'There is no commercial model.', zh: '没有可用的商用模型。' }
    case 'cached':
      return { en: 'It had been given to the same question before.', zh: '同样的问题之前已回答过，直接沿用。' }
    default:
      return { en: `(${words})`, zh: `（${words}）` }
  }
}
