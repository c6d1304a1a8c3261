import { expect, test } from 'vitest'
import { createHours, isTimezone } from './hours.ts'

const timezone = 'Asia/Shanghai'
/** What the clock shows there, on a week that begins on Monday, 5 January 2026. */
const at = (day: number, time: string): number =>
  Date.parse(`2026-01-${`${4 + day}`.padStart(2, '0')}T${time}:00+08:00`)

test.each([
  ['09:00-18:00', 1, '08:59', false],
  ['09:00-18:00', 1, '09:00', true],
  ['09:00-18:00', 1, '17:59', true],
  ['09:00-18:00', 1, '18:00', false],
  ['22:00-06:00', 1, '21:59', false],
  ['22:00-06:00', 1, '22:00', true],
  ['22:00-06:00', 1, '00:00', true],
  ['22:00-06:00', 1, '05:59', true],
  ['22:00-06:00', 1, '06:00', false],
  ['00:00-24:00', 1, '23:59', true],
])('%s, day %i at %s: %s', (hours, day, time, expected) => {
  expect(createHours({ hours, timezone })(at(day, time))).toBe(expected)
})

test.each([
  [5, '23:00', true],
  [6, '05:00', true],
  [6, '23:00', false],
  [5, '05:00', false],
])("Friday's night goes on into Saturday: day %i at %s: %s", (day, time, expected) => {
  expect(createHours({ hours: '22:00-06:00', days: ['fri'], timezone })(at(day, time))).toBe(expected)
})

test("a night that begins on Sunday is Monday's morning too, and one on Saturday is Sunday's", () => {
  expect(createHours({ hours: '22:00-06:00', days: ['sun'], timezone })(at(1, '05:00'))).toBe(true)
  expect(createHours({ hours: '22:00-06:00', days: ['sat'], timezone })(at(7, '05:00'))).toBe(true)
})

test('days alone are whole days', () => {
  const isWeekend = createHours({ days: ['sat', 'sun'], timezone })
  expect([1, 2, 3, 4, 5, 6, 7].filter(day => isWeekend(at(day, '00:00')))).toEqual([6, 7])
})

test('hours are those of their time zone, in summer and in winter', () => {
  const isMorning = createHours({ hours: '08:00-09:00', timezone: 'Europe/Berlin' })
  expect(isMorning(Date.parse('2026-01-15T07:30:00Z'))).toBe(true)
  expect(isMorning(Date.parse('2026-07-15T07:30:00Z'))).toBe(false)
  expect(isMorning(Date.parse('2026-07-15T06:30:00Z'))).toBe(true)
})

test('a time zone has a name that the system knows', () => {
  expect(['Asia/Shanghai', 'UTC', 'Mars/Olympus', ''].map(isTimezone)).toEqual([true, true, false, false])
})
