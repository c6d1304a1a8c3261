import type { InboundMessage } from '@waystation/domain'

export type Language = 'en' | 'zh'

/** Chinese for those who write it or use their app in it, English for everybody else. */
export function languageOf({ text, sender }: Pick<InboundMessage, 'text' | 'sender'>): Language {
  return /\p{Script=Han}/u.test(text) || sender.language?.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** For a `/retry` of nothing, or of an answer that others followed. */
export const nothingToRetry = (language: Language): string =>
  ({
    en: 'Only the latest answer can be written anew, and there is none.',
    zh: '只能重新生成最近一条回答，而现在没有可重新生成的回答。',
  })[language]

/** For a `/more` where nothing was said. */
export const nothingToGoOn = (language: Language): string =>
  ({ en: 'There is no answer to go on with.', zh: '现在没有可以继续的回答。' })[language]

/** What a `/more` asks the model. */
export const goOn = (language: Language): string =>
  ({
    en: 'Go on exactly where your last answer ends, without repeating any of it.',
    zh: '请从上一条回答结束的地方接着写，不要重复已写过的内容。',
  })[language]

/** Stands under an answer that was cut by its length. */
export const cutOff = (language: Language): string =>
  ({ en: '(cut off: /more goes on)', zh: '（篇幅已到上限，发送 /more 继续）' })[language]

/** For a turn that was given up. The trace id leads an operator to what happened. */
export const apology = (traceId: string, language: Language): string =>
  ({
    en: `Sorry, I could not answer this. Please try again in a while. (${traceId})`,
    zh: `抱歉，这次没能回答您。请稍后再试。（${traceId}）`,
  })[language]

/** For what may be spent on answers is spent. */
export const overBudget = (language: Language): string =>
  ({
    en: 'What may be spent on answers for now is spent, so I cannot answer this. /usage shows yours.',
    zh: '当前的回答额度已用完，这次无法回答。发送 /usage 查看您的用量。',
  })[language]

/** For a private question, while no local model is there: it goes nowhere else. */
export const onlyLocal = (language: Language): string =>
  ({
    en: 'Only the local model may answer this, and it is not there at the moment. Your message has not left the house; please try again in a while.',
    zh: '这个问题只能由本地模型回答，而它目前不可用。您的消息没有发往外部，请稍后再试。',
  })[language]
