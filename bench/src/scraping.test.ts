import { expect, test } from 'vitest'
import { scrapingOf, takeTurns } from './scraping.ts'

const TURN_MS = 60

test('in half of the turns /metrics is read, and each turn has its own cost', async () => {
  let readings = 0
  let answered = 0
  const from = performance.now()
  const turns = await takeTurns(
    {
      system: {
        usage: async () => ({ sender: { cpuSeconds: readings, memoryBytes: 0 } }),
        readMetrics: async () => void readings++,
      },
      ledger: { counts: () => ({ asked: 0, answered: ++answered, answers: 0, lost: 0, duplicated: 0, outOfOrder: 0 }) },
      window: { from, to: from + 11 * TURN_MS },
    },
    new AbortController().signal,
    TURN_MS,
  )
  expect(turns.map(({ readings }) => readings > 0)).toEqual([false, true, true, false, false, true, true, false])
  expect(turns.map(({ cpuSeconds }) => cpuSeconds)).toEqual(turns.map(({ readings }) => readings))
  expect(turns.map(({ answered }) => answered)).toEqual(turns.map(() => 1))
})

test('what a reading costs is what the same messages cost more beside it', () => {
  const ms = 10_000
  const { onceMs, share } = scrapingOf([
    { ms, cpuSeconds: 5, answered: 1000, readings: 0 },
    { ms, cpuSeconds: 6, answered: 1000, readings: 100 },
    { ms, cpuSeconds: 3.5, answered: 500, readings: 100 },
    { ms, cpuSeconds: 5, answered: 1000, readings: 0 },
  ])
  expect(onceMs).toBeCloseTo(10)
  // 10 ms every 5 s, beside half of a core.
  expect(share).toBeCloseTo(0.004)
})
