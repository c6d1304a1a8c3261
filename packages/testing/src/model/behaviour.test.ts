import { expect, onTestFinished, test, vi } from 'vitest'
import { createModelFaults } from './behaviour.ts'

test('a fault befalls one request, as many as are named, or all for a time', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const faults = createModelFaults()
  faults.plan({ kind: 'html' })
  faults.plan({ kind: 'loading' }, { times: 2 })
  faults.plan({ kind: 'status', status: 500 }, { forMs: 12_000 })
  const take = () => faults.take()?.kind
  expect([take(), take(), take(), take(), take()]).toEqual(['html', 'loading', 'loading', 'status', 'status'])
  vi.advanceTimersByTime(12_000)
  expect(take()).toBeUndefined()
})

test('a fault ends when its end is called', () => {
  const faults = createModelFaults()
  const end = faults.plan({ kind: 'hold' }, { times: Infinity })
  expect(faults.take()?.kind).toBe('hold')
  end()
  expect(faults.take()).toBeUndefined()
})
