import type { z } from 'zod'
import type { Notice } from '../notice.ts'

/** Three short messages joined to one, at 67 characters of Chinese each. */
const MAX_SMS_CHARACTERS = 200
/** Of the senders that have no limit of their own to be kept: more messages a minute help nobody. */
export const PER_MINUTE = { calls: 20, perMs: 60_000 }

/** What stands for `{{title}}` and the like in what an operator wrote. */
export type Words = Readonly<Record<string, string>>

/** `id` is another for every notice, `group` the same from the first alert until it is resolved. */
export const wordsOf = ({ id, group, status, title, text }: Notice): Words => ({ id, group, status, title, text })

/** For phones: `text` is title and text in one line. */
export function shortWordsOf(notice: Notice): Words {
  const line = `${notice.title} ${notice.text}`.replaceAll(/\s+/g, ' ')
  const characters = [...line]
  const isLong = characters.length > MAX_SMS_CHARACTERS
  const text = isLong ? `${characters.slice(0, MAX_SMS_CHARACTERS - 1).join('')}…` : line
  return { ...wordsOf(notice), text }
}

/** Puts words in at any depth, for `{{word}}`. What is put in is not searched again. */
export function fillWords(value: z.core.util.JSONType, words: Words): z.core.util.JSONType {
  if (typeof value === 'string') return value.replaceAll(/\{\{(\w+)\}\}/g, (all, word) => words[word] ?? all)
  if (Array.isArray(value)) return value.map(item => fillWords(item, words))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillWords(item, words)]))
  return value
}
