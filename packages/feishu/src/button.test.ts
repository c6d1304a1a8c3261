import { expect, test } from 'vitest'
import { buttonSchema } from './button.ts'

const button = { do: 'up', conversation: 'feishu.cli_1.oc_1', replyId: '8f14e45f-ceea' }

test('a button comes back as it was written, or as a JSON string', () => {
  expect(buttonSchema.parse({ ...button, more: 1 })).toEqual(button)
  expect(buttonSchema.parse(JSON.stringify(button))).toEqual(button)
})

test.each([
  [undefined],
  ['up'],
  ['{'],
  [JSON.stringify(JSON.stringify(button))],
  [{ ...button, do: 'delete' }],
  [{ ...button, conversation: 'feishu.cli_1' }],
  [{ ...button, replyId: 'a\0b' }],
  [{ ...button, replyId: '' }],
])('%j is no button of ours', value => {
  expect(buttonSchema.safeParse(value).success).toBe(false)
})
