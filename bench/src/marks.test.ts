import { expect, test } from 'vitest'
import { answerOf, marksIn, questionOf } from './marks.ts'

test('an answer of so many tokens repeats the mark of every question, and is as long as that', () => {
  const answer = answerOf(`${questionOf(7)}\n\n${questionOf(12)}`, 60)
  expect(answer).toMatch(/^m7\. m12\. far and /)
  expect(marksIn(answer)).toEqual([7, 12])
  expect(answer).toHaveLength(60 * 4)
})

test('no answer is too short for its mark', () => {
  expect(answerOf(questionOf(12_345), 1)).toBe('m12345.')
})
