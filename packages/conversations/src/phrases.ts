import type { Command, InboundMessage } from '@waystation/domain'

export type Language = 'en' | 'zh'

/** Chinese for those who write it or use their app in it, English for everybody else. */
export function languageOf({ text, sender }: InboundMessage): Language {
  return /\p{Script=Han}/u.test(text) || sender.language?.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

const help = {
  en: [
    'Write to me as to a colleague. Messages you send while I answer are answered together, right after.',
    '',
    '- `/reset` – a new conversation; I forget what was said',
    '- `/retry` – answer the last question anew',
    '- `/stop` – stop the answer that is being written',
    '- `/help` – this text',
  ].join('\n'),
  zh: [
    '像给同事发消息一样和我说话即可。我回答时您发来的消息，会在随后一并回答。',
    '',
    '- `/reset` – 开始新对话，我会忘记之前的内容',
    '- `/retry` – 重新回答上一个问题',
    '- `/stop` – 停止正在生成的回答',
    '- `/help` – 显示本说明',
  ].join('\n'),
}

/** What is said to a command; `retry` is answered by the model. */
const replies: Record<Exclude<Command, 'retry'>, Record<Language, string>> = {
  help,
  start: { en: `Hello! I am Waystation.\n\n${help.en}`, zh: `您好！我是驿站。\n\n${help.zh}` },
  reset: { en: 'A new conversation. I have forgotten what was said.', zh: '已开始新对话，之前的内容我已忘记。' },
  stop: { en: 'Stopped.', zh: '已停止。' },
}

export const commandReply = (command: keyof typeof replies, language: Language): string => replies[command][language]

/** For a `/retry` of nothing, or of an answer that others followed. */
export const nothingToRetry = (language: Language): string =>
  ({
    en: 'Only the latest answer can be written anew, and there is none.',
    zh: '只能重新生成最近一条回答，而现在没有可重新生成的回答。',
  })[language]

/** For a turn that was given up. The trace id leads an operator to what happened. */
export const apology = (traceId: string, language: Language): string =>
  ({
    en: `Sorry, I could not answer this. Please try again in a while. (${traceId})`,
    zh: `抱歉，这次没能回答您。请稍后再试。（${traceId}）`,
  })[language]
