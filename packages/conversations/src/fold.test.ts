import { setTimeout as sleep } from 'node:timers/promises'
import { redisForTests } from '@waystation/redis/for-tests'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Folded, foldIfNeeded } from './fold.ts'
import { type Exchange, forget, type HistoryChange, historySettings, remember } from './history.ts'
import { createMemory, type Memory } from './memory.ts'
import { promptBuilder } from './prompt.ts'
import { countTokens } from './tokens.ts'

const conversation = 'telegram.1.42'
const key = `waystation:{${conversation}}:history`
const room = 4000
const settings = historySettings.parse({ tokens: 300 })
const { signal } = new AbortController()

const { redis } = await redisForTests()
const memory = createMemory(redis)

/** As commit.lua does. */
async function commit({ forget, entries, maxEntries, keepMs }: HistoryChange): Promise<void> {
  if (forget > 0) await redis.ltrim(key, 0, -forget - 1)
  if (entries.length === 0) return
  await redis
    .multi()
    .rpush(key, ...entries)
    .ltrim(key, -maxEntries, -1)
    .pexpire(key, keepMs)
    .exec()
}
const say = (name: string, { again = false, route }: { again?: boolean; route?: Exchange['route'] } = {}) =>
  commit(remember({ question: `${name} ${'word '.repeat(20)}`, replyId: name, answer: 'yes', route }, settings, again))
const recall = () => memory.recall(conversation, settings)
const fold = (known: Memory, summarize: (text: string) => Promise<string>, history = settings) =>
  foldIfNeeded(conversation, known, { memory, summarize, room, history }, signal)

/** The names of exchanges in a text: a summary that forgets nothing else. */
const namesIn = (text: string): string[] => text.match(/\bx\d+\b/g) ?? []
const listNames = async (text: string) => namesIn(text).join(' ')
/** All that is remembered, in order. */
async function remembered(): Promise<string[]> {
  const { summary = '', entries } = await recall()
  return namesIn([summary, ...entries.map(({ content }) => content)].join(' '))
}

test('as long as all that was said is read again, nothing is folded', async () => {
  for (let i = 0; i < 8; i++) await say(`x${i}`)
  expect(await fold(await recall(), listNames)).toBe('not_needed')
})

test('the oldest is summed up, the latest stays as it was said, and the next summary knows of the one before', async () => {
  for (let i = 0; i < 12; i++) await say(`x${i}`)
  expect(await fold(await recall(), listNames)).toBe('folded')
  const { summary = '', entries } = await recall()
  expect(namesIn(summary)).toEqual(['x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7'])
  expect(entries).toHaveLength(8)
  for (let i = 12; i < 20; i++) await say(`x${i}`)
  expect(await fold(await recall(), listNames)).toBe('folded')
  expect(await remembered()).toEqual(Array.from({ length: 20 }, (_, i) => `x${i}`))
})

test('private exchanges are not summed up, they leave', async () => {
  const route = { tier: 'local', model: 'm', reason: 'rule:salary', isPrivate: true } as const
  for (let i = 0; i < 12; i++) await say(`x${i}`, i % 2 === 0 ? { route } : {})
  await fold(await recall(), listNames)
  expect(namesIn((await recall()).summary ?? '')).toEqual(['x1', 'x3', 'x5', 'x7'])

  await redis.flushall()
  for (let i = 0; i < 12; i++) await say(`x${i}`, { route })
  expect(await fold(await recall(), () => Promise.reject(new Error('asked')))).toBe('folded')
  expect((await recall()).summary).toBeUndefined()
  expect((await recall()).entries).toHaveLength(8)
})

test('a summary that is too long is cut', async () => {
  for (let i = 0; i < 12; i++) await say(`x${i}`)
  await fold(await recall(), async () => 'far too much '.repeat(1000))
  expect(countTokens((await recall()).summary ?? '')).toBeLessThanOrEqual(400)
})

test('what a small model cannot read at once is summed up in several goes, one text that is too long without its middle', async () => {
  const history = historySettings.parse({ tokens: 3000 })
  const texts: string[] = []
  const note = async (text: string) => String(texts.push(text))
  for (let i = 0; i < 10; i++)
    await commit(
      remember({ question: `x${i} ${'word '.repeat(i === 0 ? 3000 : 250)}`, replyId: `x${i}`, answer: 'a' }, history),
    )
  let folds = 0
  const deps = { memory, summarize: note, room: 1500, history }
  while ((await foldIfNeeded(conversation, await recall(), deps, signal)) === 'folded') folds += 1
  expect(folds).toBeGreaterThan(2)
  for (const text of texts) expect(countTokens(text)).toBeLessThanOrEqual(1500)
  expect(texts[0]).toContain('[…]')
  expect(texts.flatMap(namesIn)).toEqual(['x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7', 'x8'])
})

test('no history, nothing to sum up', async () => {
  for (let i = 0; i < 12; i++) await say(`x${i}`)
  expect(await fold(await recall(), listNames, historySettings.parse({ tokens: 0 }))).toBe('not_needed')
})

test('a summary that fails or says nothing changes nothing, and is not tried again at once', async () => {
  for (let i = 0; i < 12; i++) await say(`x${i}`)
  const before = await recall()
  await expect(fold(before, async () => ' ')).rejects.toThrow('the summary is empty')
  expect(await recall()).toEqual(before)
  expect(await fold(before, listNames)).toBe('outrun')
})

test('while no summary can be had, what was summed up before outlives the oldest exchanges', async () => {
  for (let i = 0; i < 12; i++) await say(`x${i}`)
  await fold(await recall(), listNames)
  const { summary } = await recall()
  const down = () => Promise.reject(new Error('down'))
  for (let i = 12; i < 100; i++) {
    await say(`x${i}`)
    await redis.del(`waystation:{${conversation}}:folding`)
    await fold(await recall(), down).catch(() => {})
  }
  const { summary: still, entries } = await recall()
  expect(still).toBe(summary)
  expect(entries.length).toBeLessThan(50)
  expect(entries.at(-1)?.replyId).toBe('x99')
})

test('one conversation is summed up once at a time', async () => {
  for (let i = 0; i < 12; i++) await say(`x${i}`)
  const known = await recall()
  const slowly = async (text: string) => {
    await sleep(50)
    return listNames(text)
  }
  const results = await Promise.all([fold(known, slowly), fold(known, slowly), fold(known, slowly)])
  expect(results.toSorted()).toEqual(['folded', 'outrun', 'outrun'])
})

test('a new conversation begun during a summary stays new', async () => {
  for (let i = 0; i < 12; i++) await say(`x${i}`)
  const folded = await fold(await recall(), async text => {
    await commit(forget)
    await say('x99')
    return listNames(text)
  })
  expect(folded).toBe('outrun')
  expect(await remembered()).toEqual(['x99'])
})

const step = fc.oneof(
  { weight: 60, arbitrary: fc.constant('say') },
  { weight: 40, arbitrary: fc.constantFrom('begin 0', 'begin 1', 'end 0', 'end 1', 'steal', 'again') },
  { weight: 1, arbitrary: fc.constant('reset') },
)
// Not so many that a commit has to trim what nobody folded.
const steps = fc.array(step, { minLength: 20, maxLength: 100, size: 'max' }).map(order => {
  let said = 0
  return order.filter(it => it !== 'say' || said++ < 28)
})

test('whatever two workers do in whatever order, nothing that was said is lost or doubled', {
  timeout: 120_000,
}, async () => {
  const outcomes = new Set<Folded | undefined>()
  await fc.assert(
    fc.asyncProperty(steps, async order => {
      await redis.flushall()
      const expected: string[] = []
      const begun: ({ end(): void; ended: Promise<Folded> } | undefined)[] = []
      let named = 0
      for (const step of order) {
        if (step === 'reset') {
          await commit(forget)
          expected.length = 0
        } else if (step === 'say' || step === 'again') {
          const again = step === 'again' && expected.length > 0
          if (again) expected.pop()
          expected.push(`x${named}`)
          await say(`x${named++}`, { again })
        } else if (step === 'steal') {
          // A lease that ran out while its holder was held up.
          await redis.del(`waystation:{${conversation}}:folding`)
        } else {
          const worker = Number(step.at(-1))
          begun[worker]?.end()
          outcomes.add(await begun[worker]?.ended)
          if (step.startsWith('begin')) begun[worker] = await begin(await recall())
        }
      }
      for (const worker of begun) {
        worker?.end()
        await worker?.ended
      }
      expect(await remembered()).toEqual(expected)
    }),
    { numRuns: 60 },
  )
  expect([...outcomes]).toEqual(expect.arrayContaining(['folded', 'outrun', 'not_needed']))
})

/** Begins to sum up; it goes on when `end` is called. */
async function begin(known: Memory) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const ended = fold(known, async text => {
    await promise
    return listNames(text)
  })
  await redis.ping()
  return { end: resolve, ended }
}

test('of 10,000 turns little is kept, and every prompt fits', { timeout: 120_000 }, async () => {
  const history = historySettings.parse({ tokens: 1000 })
  let [mostLines, mostBytes] = [0, 0]
  for (let i = 0; i < 10_000; i++) {
    const question = i % 100 === 0 ? 'word '.repeat(4000) : `x${i} ${'word '.repeat(20)}`
    await commit(remember({ question, replyId: `x${i}`, answer: '好的。'.repeat(10) }, history))
    if (i % 3 > 0) continue
    const known = await memory.recall(conversation, history)
    const promptFor = promptBuilder({ persona: { prompt: 'p' }, memory: known, question, history })
    const cost = promptFor({ tokens: 2000, withPrivate: true }).reduce((sum, it) => sum + countTokens(it.content), 0)
    expect(cost).toBeLessThanOrEqual(2000)
    const deps = { memory, summarize: async () => `summary ${i}`, room, history }
    await foldIfNeeded(conversation, known, deps, signal)
    mostLines = Math.max(mostLines, await redis.llen(key))
    mostBytes = Math.max(mostBytes, Number(await redis.memory('USAGE', key)))
  }
  expect(mostLines).toBeLessThanOrEqual(45)
  expect(mostBytes).toBeLessThan(100_000)
})
