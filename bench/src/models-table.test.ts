import { expect, test } from 'vitest'
import { good } from './good-figures.ts'
import type { ModelsReport } from './models-report.ts'
import { modelsTableOf } from './models-table.ts'

const { addedMs: _, ...rest } = good
const report: ModelsReport = {
  machine: { cores: 2, cpu: 'AMD EPYC', node: 'v24.0.0' },
  run: { modelMs: 200, firstTokenMs: 200, inference: 2, warmUp: 2, seconds: 6 },
  limits: [
    { ...good, count: 1, ideal: 5, offered: 7.5, achieved: 4.75, addedMs: { p50: 900, p99: 12_345.67, max: 20_000 } },
    { ...good, count: 16, ideal: 80, offered: 120, achieved: 60 },
  ],
  processes: [{ ...good, count: 2, ideal: 40, offered: 60, achieved: 39 }],
  misses: { ...rest, offered: 50, achieved: 50, wholeMs: { p50: 211, p99: 256.2, max: 300 } },
  hits: { ...rest, offered: 50, achieved: 49.9, wholeMs: { p50: 9.94, p99: 20, max: 30 } },
  faults: [],
}

test('each limit has its line, with what it let through of what it could have', () => {
  const text = modelsTableOf(report)
  expect(text).toMatch(/^1 +7\.5 +4\.8 +5\.0 +95 % +900\.0 +12345\.7$/m)
  expect(text).toMatch(/^16 +120\.0 +60\.0 +80\.0 +75 %$/m)
  expect(text).toMatch(/^2 +60\.0 +39\.0 +40\.0 +98 %$/m)
  expect(text).toMatch(/^all different +50\.0 +50\.0 +211\.0 +256\.2$/m)
  expect(text).toMatch(/^all the same +50\.0 +49\.9 +9\.9 +20\.0$/m)
  expect(text).toContain('Every message was answered once and in order.')
})

test('it fits a terminal, and no two heads touch', () => {
  const text = modelsTableOf(report)
  expect(text).not.toMatch(/.{101}/)
  expect(text).toMatch(/ added p50, ms +p99, ms$/m)
})

test('what was not held is said', () => {
  const text = modelsTableOf({ ...report, faults: ['limit 4: 3 messages were not answered'] })
  expect(text).toContain('Not held: limit 4: 3 messages were not answered.')
  expect(text).not.toContain('Every message')
})
