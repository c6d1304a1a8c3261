import { redisForTests } from '@waystation/redis/for-tests'
import { expect, test } from 'vitest'
import { noting, readJournal } from './journal.ts'
import { keysOf } from './keys.ts'

const conversation = 'telegram.1.42'
const DAY_MS = 24 * 60 * 60 * 1000
const { redis } = await redisForTests()
const giveBack = noting(redis, new URL('./inbox/give-back.lua', import.meta.url))

/** Notes one event of a turn, as the scripts do. */
async function note(times = 1): Promise<void> {
  const { turn, journal } = keysOf(conversation)
  await redis.hset(turn, 'fence', 'r/1')
  const detail = JSON.stringify({ code: 'x', afterMs: 1 })
  await Promise.all(Array.from({ length: times }, () => giveBack([turn, journal], ['r/1', 'postponed', 'r', detail])))
}

test('what is older than a day is not told, and does not stay', async () => {
  const { journal } = keysOf(conversation)
  const old = Date.now() - DAY_MS - 60_000
  for (let index = 0; index < 1000; index += 1)
    await redis.xadd(journal, `${old}-${index}`, 'event', 'opened', 'id', 'r', 'detail', '{}')
  await note()
  expect((await readJournal(redis, conversation)).map(({ event }) => event)).toEqual(['put_off'])
  expect(await redis.xlen(journal)).toBeLessThanOrEqual(101)
  expect(await redis.pttl(journal)).toBeGreaterThan(DAY_MS - 60_000)
})

test('a conversation that never falls silent does not fill Redis', async () => {
  await note(1500)
  const kept = (await readJournal(redis, conversation)).length
  expect(kept).toBeGreaterThanOrEqual(700)
  expect(kept).toBeLessThanOrEqual(800)
})
