import { hasPrograms } from '@waystation/testing'
import { expect, test } from 'vitest'
import { cause } from './cause.ts'
import type { Failure } from './failure.ts'
import { failures } from './failures/index.ts'
import { keepJournal } from './journal.ts'
import { programs } from './programs.ts'
import { startSite } from './site.ts'

const isHere = hasPrograms('the drill', ...programs)
const SPEED = 20

test.skipIf(!isHere)(
  'an alert arrives once at each of its receivers, and so does its end',
  {
    timeout: 300_000,
  },
  async () => {
    await using site = await startSite(SPEED)
    await using journal = keepJournal(site)
    const both = atOnce(bringing('RedisAofFails'), bringing('ErrorsMany'))
    const { signal } = new AbortController()
    const { lines } = await cause(both, { site, journal, speed: SPEED, signal, say: () => {} })
    const told = lines.map(({ alert, receiver }) => `${alert} ${receiver}`)
    expect(told).toEqual([
      'RedisAofFails wecom',
      'RedisAofFails sms',
      'RedisAofFails mail',
      'ErrorsMany ticket',
      'DeadLettersGrow wecom',
    ])
    // What else a busy machine brings is not judged here.
    expect(
      lines.flatMap(({ alert, receiver, faults }) => faults.map(fault => `${alert} ${receiver}: ${fault}`)),
    ).toEqual([])
  },
)

function bringing(alert: string): Failure {
  const failure = failures.find(({ tells }) => alert in tells)
  if (!failure) throw new Error(`nothing brings ${alert}`)
  return failure
}

function atOnce(one: Failure, other: Failure): Failure {
  return {
    what: `${one.what}, and ${other.what}`,
    tells: { ...one.tells, ...other.tells },
    async cause(site) {
      const mends = await Promise.all([one.cause(site), other.cause(site)])
      return async () => void (await Promise.all(mends.map(mend => mend())))
    },
  }
}
