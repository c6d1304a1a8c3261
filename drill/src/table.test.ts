import { expect, test } from 'vitest'
import { failures } from './failures/index.ts'
import { faultsOf, tableOf } from './table.ts'

test('who was not told once is named with what was caused', () => {
  const [failure] = failures
  if (!failure) return expect.unreachable()
  const told = {
    alert: 'RedisDown',
    receiver: 'mail',
    times: 1,
    firedMs: 2_000,
    toldMs: 2_540,
    resolvedMs: 15_000,
  } as const
  const outcome = {
    failure: { ...failure, what: 'Redis is killed', keepsQuiet: ['ErrorsMany'] },
    lines: [{ ...told, faults: [] }, { ...told, receiver: 'sms', times: 2, faults: ['told 2 times'] } as const].map(
      line => ({ ...line, faults: [...line.faults] }),
    ),
    faults: ['wecom was told as well that QuestionsWait fires'],
  }
  expect(tableOf([outcome])).toBe(
    [
      '              fired after  told    after  times  end told after',
      'Redis is killed',
      '  RedisDown   2.0 s        mail    2.5 s  1      15.0 s          ok',
      '  RedisDown   2.0 s        sms     2.5 s  2      15.0 s          told 2 times',
      '  ErrorsMany               nobody',
      '',
    ].join('\n'),
  )
  expect(faultsOf(outcome)).toEqual([
    'RedisDown, sms: told 2 times',
    'Redis is killed: wecom was told as well that QuestionsWait fires',
  ])
})
