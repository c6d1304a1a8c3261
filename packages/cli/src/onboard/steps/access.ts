import type { Setup } from '../setup.ts'
import type { Talk } from '../talk.ts'

type Who = 'stay' | 'everybody' | 'some'

/** Who may use the assistant, and who may change its system prompt. */
export async function askAccess(talk: Talk, setup: Setup): Promise<void> {
  const allow = listOf(setup.setting('access', 'allow'))
  const admins = listOf(setup.setting('access', 'admins'))
  const who = await talk.choose<Who>(
    { en: 'Who may use it?', zh: '谁可以使用？' },
    [
      ...(allow ? [{ value: 'stay' as const, words: listed(allow) }] : []),
      { value: 'everybody', words: { en: 'Everybody who finds it', zh: '所有找到它的人' } },
      { value: 'some', words: { en: 'Some people and groups', zh: '指定的人和群' }, hint: IDS },
    ],
    allow ? 'stay' : 'everybody',
  )
  if (who === 'everybody') setup.change(['access', 'allow'], undefined)
  if (who === 'some')
    setup.change(['access', 'allow'], split(await talk.text(ALLOWED, { hint: HINT, initial: join(allow) })))
  const named = split(await talk.text(ADMINS, { optional: true, initial: join(admins) }))
  setup.change(['access', 'admins'], named.length > 0 ? named : undefined)
  if (isEmpty(setup.setting('access'))) setup.change(['access'], undefined)
}

const listOf = (value: unknown): string[] | undefined => (Array.isArray(value) ? value.map(String) : undefined)
const join = (ids: readonly string[] = []): string => ids.join(' ')
const split = (text: string): string[] => text.split(/[\s,，;；]+/).filter(id => id !== '')
const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

const listed = (ids: readonly string[]) => ({
  en: `As now: ${ids.length} people and groups`,
  zh: `不变：${ids.length} 个人和群`,
})
const IDS = { en: 'by the ids that the logs write', zh: '按日志中的 id' }
const HINT = '123456789 ou_84aad35d084aa403a838cf73ee18467'
const ALLOWED = { en: 'Their ids, with blanks between', zh: '他们的 id，用空格分开' }
const ADMINS = {
  en: 'Ids of those who may change the system prompt by /system (Enter for none)',
  zh: '可以用 /system 修改系统提示词的人的 id（没有则回车）',
}
