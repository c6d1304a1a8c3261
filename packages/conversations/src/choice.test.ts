import { expect, test } from 'vitest'
import { choiceOf, modelNamed } from './choice.ts'

test.each([
  ['@local what is it?', 'local', 'what is it?'],
  ['@pro what is it?', 'commercial', 'what is it?'],
  ['＠pro what is it?', 'commercial', 'what is it?'],
  ['@本地 这是什么？', 'local', '这是什么？'],
  ['＠专业，这是什么？', 'commercial', '这是什么？'],
  ['@專業：這是什麼？', 'commercial', '這是什麼？'],
  ['  @PRO\nwhat\nis it?', 'commercial', 'what\nis it?'],
  ['@pro', 'commercial', ''],
])('%j chooses %s', (text, choice, rest) => {
  expect(choiceOf(text)).toEqual({ choice, text: rest })
})

test.each(['what is @pro?', '@professor hi', '@pro-tip', '@专业人士怎么看', 'pro hi', '@ local hi', '@auto hi', ''])(
  '%j chooses nothing',
  text => {
    expect(choiceOf(text)).toEqual({ text })
  },
)

test.each([
  ['local', 'local'],
  ['Pro', 'commercial'],
  ['专业', 'commercial'],
  ['自动', 'auto'],
  ['auto', 'auto'],
  ['', undefined],
  ['gpt', undefined],
  ['constructor', undefined],
])('/model %s means %s', (argument, choice) => {
  expect(modelNamed(argument)).toBe(choice)
})
