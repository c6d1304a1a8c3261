import { expect, test } from 'vitest'
import { budgetSettings } from './settings.ts'

const budget = { name: 'each', per: 'user', limit: 1, window: 'day', over: 'local' }

test('there are no budgets unless some are named', () => {
  expect(budgetSettings.parse(undefined)).toEqual([])
  expect(budgetSettings.parse([budget])).toEqual([budget])
})

test('two budgets never share a name, under which what is spent is kept', () => {
  expect(budgetSettings.safeParse([budget, { ...budget, per: 'group' }]).error?.issues[0]?.message).toBe(
    'two budgets have one name',
  )
})

test('an id that YAML reads as a number is a fault with a hint', () => {
  expect(budgetSettings.safeParse([{ ...budget, match: [42] }]).error?.issues[0]?.message).toContain('in quotes')
})
