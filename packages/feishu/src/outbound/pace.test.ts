import { expect, test } from 'vitest'
import { createPace } from './pace.ts'

test('the more cards grow at once the slower each, until they grow no more', () => {
  let at = 0
  const pace = createPace(() => at)
  expect(pace.everyMs()).toBe(250)
  for (let card = 0; card < 30; card += 1) pace.note(`card ${card}`)
  expect(pace.everyMs()).toBe(3_000)
  at = 6_000
  pace.note('card 0')
  expect(pace.everyMs()).toBe(250)
})

test('a limit that one card meets holds for all', () => {
  let at = 0
  const pace = createPace(() => at)
  pace.pause(2_000)
  pace.pause(1_000)
  expect(pace.pausedMs()).toBe(2_000)
  at = 2_500
  expect(pace.pausedMs()).toBe(0)
})
