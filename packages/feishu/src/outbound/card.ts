import type { Reply } from '@waystation/domain'
import { decodeReferences } from '@waystation/markdown'
import type { Button } from '../button.ts'
import { unmentioned } from './escape.ts'

/** The element of a card that holds the answer; at most 20 characters. */
export const ANSWER = 'answer'

// Cards of version 2.0: older ones show headings, tables and quotes as they are written
// (open.feishu.cn/document/feishu-cards/card-json-v2-structure).
const answer = (markdown: string) => ({ tag: 'markdown', element_id: ANSWER, content: markdown })

/** In which a reply grows. Until it is closed its summary in the list of chats says "generating". */
export const growingCard = (markdown: string): object => ({
  schema: '2.0',
  config: { update_multi: true, streaming_mode: true },
  body: { elements: [answer(markdown)] },
})

/** A part of a reply as it stays; with buttons under the last one of an answer. */
export const finishedCard = (markdown: string, buttons: readonly object[]): object => ({
  schema: '2.0',
  config: { update_multi: true, streaming_mode: false },
  body: { elements: [answer(markdown), ...(buttons.length > 0 ? [row(buttons)] : [])] },
})

/** What people can do with an answer. */
export function buttonsFor({ id: replyId, conversation, text }: Reply): object[] {
  const words = /\p{Script=Han}/u.test(text) ? chinese : english
  return words.map(([label, act]) => {
    const value: Button = { do: act, conversation, replyId }
    return {
      tag: 'button',
      type: 'text',
      size: 'small',
      text: { tag: 'plain_text', content: label },
      behaviors: [{ type: 'callback', value }],
    }
  })
}

type Words = [label: string, act: Button['do']][]
const english: Words = [
  ['Regenerate', 'retry'],
  ['👍', 'up'],
  ['👎', 'down'],
  ['New conversation', 'reset'],
]
const chinese: Words = [
  ['重新生成', 'retry'],
  ['👍', 'up'],
  ['👎', 'down'],
  ['新对话', 'reset'],
]

const row = (elements: readonly object[]) => ({
  tag: 'column_set',
  flex_mode: 'flow',
  columns: elements.map(element => ({ tag: 'column', width: 'auto', elements: [element] })),
})

/** A post, for when a card cannot be: older, and it knows less markdown. */
export const postOf = (markdown: string): object => ({ zh_cn: { content: [[{ tag: 'md', text: markdown }]] } })

/** Plain text, for when nothing else can be. */
export const textOf = (markdown: string): object => ({
  text: unmentioned(decodeReferences(markdown)),
})
