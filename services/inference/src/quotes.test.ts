import type { Entry } from '@waystation/conversations'
import { expect, test } from 'vitest'
import { quotePrivate } from './quotes.ts'

const said = (content: string, isPrivate: boolean): Entry => ({
  role: 'assistant',
  content,
  tokens: 1,
  ...(isPrivate ? { isPrivate } : {}),
})
const entries = [
  said('The code is **seven three nine one**, see [the `vault`](https://vault.test).', true),
  said('Nothing to hide here, dear colleague.', false),
]
const quote = (text?: string) =>
  quotePrivate([{}, { replyTo: { id: '1', toBot: true, ...(text ? { text } : {}) } }], entries)

test.each(['The code is seven three nine one, see the vault.', 'is seven three nine one', 'three NINE one', 'One'])(
  'a quote of a private answer is private, whole or in part, without its markup: %s',
  text => {
    expect(quote(text)).toBe(true)
  },
)

test.each(['Nothing to hide here, dear colleague.', 'something else altogether', '🙂', undefined])(
  'a quote of anything else is not: %s',
  text => {
    expect(quote(text)).toBe(false)
  },
)
