import { expect, test } from 'vitest'
import { quicken } from './quicken.ts'

test('what lasts is divided, what is compared is not', () => {
  const rules = `
    expr: max_over_time(oldest[10m:1m]) > 60 unless increase(calls_total[15m]) offset 1h > 0.5 and rate(x[5m]) * 300 >= 3
    for: 1m
    keep_firing_for: 90s
    group_wait: 10s
    evaluation_interval: 15s
    time_intervals: [{ start_time: "22:00" }]`
  expect(quicken(rules, 20)).toBe(`
    expr: max_over_time(oldest[30000ms:3000ms]) > 60 unless increase(calls_total[45000ms]) offset 180000ms > 0.5 and rate(x[15000ms]) * 300 >= 3
    for: 3000ms
    keep_firing_for: 4500ms
    group_wait: 500ms
    evaluation_interval: 750ms
    time_intervals: [{ start_time: "22:00" }]`)
})
