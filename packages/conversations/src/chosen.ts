import type { Route } from '@waystation/domain'
import type { Language } from './phrases.ts'
import { tierName } from './why.ts'

/** After `/model`. */
export const modelChosen = (choice: Route['tier'] | 'auto', language: Language): string =>
  ({
    en:
      choice === 'auto'
        ? 'The rules choose the model again.'
        : `From now on ${tierName(choice, 'en')} answers here, where that is allowed.`,
    zh: choice === 'auto' ? '已恢复按规则选择模型。' : `此后在允许的范围内由${tierName(choice, 'zh')}回答。`,
  })[language]

/** For a `/model` without one of its three words. */
export const modelsToChoose = (choice: Route['tier'] | 'auto', language: Language): string => {
  const now = choice === 'commercial' ? 'pro' : choice
  return {
    en: `Now: ${now}. Write \`/model local\`, \`/model pro\` or \`/model auto\`.`,
    zh: `当前：${now}。请发送 \`/model local\`、\`/model pro\` 或 \`/model auto\`。`,
  }[language]
}

/** After `/persona`. */
export const personaChosen = (name: string, language: Language): string =>
  ({ en: `From now on I am "${name}" here.`, zh: `此后我在这里的角色是“${name}”。` })[language]

/** For a `/persona` without a name. */
export const personasToChoose = (current: string, names: string[], language: Language): string =>
  ({
    en: `Now: ${current}. Write \`/persona\` and one of: ${names.join(', ')}.`,
    zh: `当前：${current}。请发送 \`/persona\` 加以下名称之一：${names.join('、')}。`,
  })[language]

/** For a `/persona` with a name that nobody has. */
export const unknownPersona = (names: string[], language: Language): string =>
  ({
    en: `I know no such persona. There are: ${names.join(', ')}.`,
    zh: `没有这个角色。可选的有：${names.join('、')}。`,
  })[language]

/** After `/system`; without a text it goes back to the persona's. */
export const systemChosen = (text: string, language: Language): string =>
  ({
    en:
      text === ''
        ? 'This chat has the system prompt of its persona again.'
        : 'This chat has its own system prompt now.',
    zh: text === '' ? '本会话已恢复使用角色的系统提示词。' : '本会话已改用新的系统提示词。',
  })[language]

/** For a `/system` of somebody else. */
export const adminsOnly = (language: Language): string =>
  ({ en: 'Only administrators may change the system prompt.', zh: '只有管理员可以修改系统提示词。' })[language]
