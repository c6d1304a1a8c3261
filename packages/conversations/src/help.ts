import type { Language } from './phrases.ts'

const help = {
  en: [
    'Write to me as to a colleague. Messages you send while I answer are answered together, right after.',
    '',
    '- `/reset` – a new conversation; I forget what was said',
    '- `/retry` – answer the last question anew; `/more` – go on with the answer',
    '- `/stop` – stop the answer that is being written',
    '- `/model local`, `pro` or `auto` – who answers here; `@local` or `@pro` before a message – who answers that one',
    '- `/persona` – who I am here; `/system` – what I am told to be (administrators)',
    '- `/why` – who gave the last answer, and why; `/usage` – what you have used',
    '- `/help` – this text',
  ].join('\n'),
  zh: [
    '像给同事发消息一样和我说话即可。我回答时您发来的消息，会在随后一并回答。',
    '',
    '- `/reset` – 开始新对话，我会忘记之前的内容',
    '- `/retry` – 重新回答上一个问题；`/more` – 接着往下写',
    '- `/stop` – 停止正在生成的回答',
    '- `/model local`、`pro` 或 `auto` – 选择本会话由谁回答；消息开头写 `@本地` 或 `@专业` – 只选这一条',
    '- `/persona` – 我在这里的角色；`/system` – 系统提示词（管理员）',
    '- `/why` – 上一条回答来自哪个模型，原因是什么；`/usage` – 您的用量',
    '- `/help` – 显示本说明',
  ].join('\n'),
}

/** What is said to commands that say nothing but this. */
const replies: Record<'help' | 'start' | 'reset' | 'stop', Record<Language, string>> = {
  help,
  start: { en: `Hello! I am Waystation.\n\n${help.en}`, zh: `您好！我是驿站。\n\n${help.zh}` },
  reset: { en: 'A new conversation. I have forgotten what was said.', zh: '已开始新对话，之前的内容我已忘记。' },
  stop: { en: 'Stopped.', zh: '已停止。' },
}

export const commandReply = (command: keyof typeof replies, language: Language): string => replies[command][language]
