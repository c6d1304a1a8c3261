import { expect, test } from 'vitest'
import { measure, sort } from './measure.ts'
import { readQuestions } from './questions.ts'

const questions = readQuestions()
const halves = questions.filter(({ part }) => part !== 'oblique')

test('the starter rules keep every private question in the house', async () => {
  const leaving = (await sort(halves)).filter(({ private: isPrivate, isRight }) => isPrivate && !isRight)
  expect(leaving.map(({ text }) => text)).toEqual([])
})

test('they send nineteen in twenty of the questions they are tuned by to the right tier', async () => {
  const { all } = measure(await sort(questions.filter(({ part }) => part === 'tuned')))
  expect(all.right / all.of).toBeGreaterThanOrEqual(0.95)
})

test('no question is there twice, and each half has its share of the private ones', () => {
  expect(new Set(questions.map(({ text }) => text)).size).toBe(questions.length)
  for (const half of ['tuned', 'held-out'] as const) {
    expect(halves.filter(({ part }) => part === half).length).toBeGreaterThan(halves.length / 3)
    expect(halves.filter(({ part, private: isPrivate }) => part === half && isPrivate).length).toBeGreaterThan(10)
  }
})
