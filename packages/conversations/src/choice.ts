import type { Route } from '@waystation/domain'

type Tier = Route['tier']

/** How people call the tiers, and, for `/model`, what chooses by the rules again. */
const names = new Map<string, Tier | 'auto'>([
  ['local', 'local'],
  ['本地', 'local'],
  ['pro', 'commercial'],
  ['专业', 'commercial'],
  ['專業', 'commercial'],
  ['auto', 'auto'],
  ['自动', 'auto'],
  ['自動', 'auto'],
])

const called = /^\s*[@＠](local|pro|本地|专业|專業)(?:[\s,，:：]+|$)/i

/** `@local …` or `@pro …`: which tier a message asks for, and the message without that. */
export function choiceOf(text: string): { choice?: Tier; text: string } {
  const [mark, name = ''] = called.exec(text) ?? []
  const choice = names.get(name.toLowerCase())
  if (mark === undefined || choice === undefined || choice === 'auto') return { text }
  return { choice, text: text.slice(mark.length) }
}

/** What `/model` is asked to choose; `undefined` where it says something else, or nothing. */
export const modelNamed = (argument: string): Tier | 'auto' | undefined => names.get(argument.toLowerCase())
