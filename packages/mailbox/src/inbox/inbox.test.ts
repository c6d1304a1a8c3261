import type { Reply, Turn } from '@waystation/domain'
import { redisForTests } from '@waystation/redis/for-tests'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Bells } from '../bells.ts'
import { conversation, message } from '../for-tests.ts'
import { keysOf } from '../keys.ts'
import { createOutbox } from '../outbox/outbox.ts'
import { Superseded } from '../superseded.ts'
import { createInbox } from './inbox.ts'

const why = { code: 'x', afterMs: 1 }

let rung: string[]

/** Bells that only note that they were rung. */
const bells = (name: string): Bells => ({
  ring: async () => {
    rung.push(name)
  },
  close: async () => {},
})

const { redis } = await redisForTests()
const inbox = createInbox(redis, bells('inbox'), bells('outbox'))
beforeEach(async () => {
  rung = []
})

const replyTo = (turn: Turn, text: string, state: Reply['state'] = 'final'): Reply => ({
  id: turn.replyId,
  conversation,
  inReplyTo: 'x',
  state,
  text,
  traceId: 't',
  receivedAt: 2,
})

async function taken(): Promise<Turn> {
  const turn = await inbox.take(conversation)
  if (!turn) throw new Error('nothing to take')
  return turn
}
const idsOf = (turn: Turn | undefined) => turn?.messages.map(({ id }) => id)

test('a message posted twice waits once, and rings twice', async () => {
  expect(await inbox.post(message('a'))).toBe('posted')
  expect(await inbox.post(message('a'))).toBe('duplicate')
  expect(rung).toEqual(['inbox', 'inbox'])
  expect(idsOf(await taken())).toEqual(['a'])
})

test('a message redelivered after it was answered is not answered again', async () => {
  await inbox.post(message('a'))
  const turn = await taken()
  await inbox.commit(turn, { reply: replyTo(turn, 'hello') })
  expect(await inbox.post(message('a'))).toBe('duplicate')
  expect(await inbox.take(conversation)).toBeUndefined()
})

test('a turn holds every message that waits, and a retry the same ones under the same reply id', async () => {
  await inbox.post(message('a'))
  await inbox.post(message('b'))
  const first = await taken()
  await inbox.post(message('c'))
  const second = await taken()
  expect(idsOf(first)).toEqual(['a', 'b'])
  expect(idsOf(second)).toEqual(['a', 'b'])
  expect(second.replyId).toBe(first.replyId)
  expect([first.attempt, second.attempt]).toEqual([1, 2])
  expect(second.crashes).toBe(1)
})

test('a commit leaves what came meanwhile for the next turn', async () => {
  await inbox.post(message('a'))
  const turn = await taken()
  await inbox.post(message('b'))
  expect(await inbox.commit(turn, { reply: replyTo(turn, 'hello') })).toBe(1)
  expect(idsOf(await taken())).toEqual(['b'])
})

test('what an older attempt does changes nothing', async () => {
  await inbox.post(message('a'))
  const old = await taken()
  const current = await taken()
  await expect(inbox.commit(old, { reply: replyTo(old, 'old') })).rejects.toThrow(Superseded)
  await expect(inbox.giveBack(old, 'failures', why)).rejects.toThrow(Superseded)
  expect(await inbox.update(old, replyTo(old, 'old', 'open'))).toBe('superseded')
  expect(await inbox.check(old)).toBe('superseded')
  await inbox.commit(current, { reply: replyTo(current, 'new') })
  expect((await createOutbox(redis).take(conversation))?.reply.text).toBe('new')
})

test('a first attempt of a turn that is over cannot end the next turn, though that too is at its first attempt', async () => {
  await inbox.post(message('a'))
  const slow = await taken()
  const quick = await taken()
  await inbox.commit(quick, { reply: replyTo(quick, 'a') })
  await inbox.post(message('b'))
  const next = await taken()
  expect(next.attempt).toBe(slow.attempt)
  await expect(inbox.commit(slow, { reply: replyTo(slow, 'a again') })).rejects.toThrow(Superseded)
  expect(idsOf(await taken())).toEqual(['b'])
})

test('a reply opened twice stands once in the outbox, with the newest text', async () => {
  await inbox.post(message('a'))
  const turn = await taken()
  await inbox.update(turn, replyTo(turn, 'he', 'open'))
  const again = await taken()
  await inbox.update(again, replyTo(again, 'hel', 'open'))
  await inbox.commit(again, { reply: replyTo(again, 'hello') })
  const outbox = createOutbox(redis)
  const delivery = await outbox.take(conversation)
  expect(delivery?.reply).toMatchObject({ state: 'final', text: 'hello' })
  if (delivery) expect(await outbox.settle(delivery)).toBe(0)
})

test('a commit without a reply withdraws one that was opened, and rings for whoever shows it', async () => {
  await inbox.post(message('a'))
  const turn = await taken()
  await inbox.update(turn, replyTo(turn, '', 'open'))
  rung = []
  await inbox.commit(turn, {})
  expect(rung).toEqual(['outbox'])
  expect(await createOutbox(redis).take(conversation)).toMatchObject({ reply: { state: 'withdrawn' } })
})

test('a worker that dies between commit and bell leaves a full outbox, which is rung for again', async () => {
  await inbox.post(message('a'))
  const turn = await taken()
  await inbox.commit(turn, { reply: replyTo(turn, 'hello') })
  rung = []
  await inbox.ringOutboxIfFilled(conversation)
  expect(rung).toEqual(['outbox'])
})

test('a command is a turn of its own', async () => {
  await inbox.post(message('a'))
  await inbox.post(message('b', { command: 'reset' }))
  await inbox.post(message('c'))
  for (const ids of [['a'], ['b'], ['c']]) {
    const turn = await taken()
    expect(idsOf(turn)).toEqual(ids)
    await inbox.commit(turn, { reply: replyTo(turn, 'done') })
  }
})

test('/stop ends the running turn and takes the place of what waits behind it, once', async () => {
  await inbox.post(message('a'))
  const turn = await taken()
  await inbox.post(message('b'))
  await inbox.post(message('s', { command: 'stop' }))
  expect(await inbox.check(turn)).toBe('stopped')
  expect(await inbox.update(turn, replyTo(turn, 'he', 'open'))).toBe('stopped')
  await inbox.commit(turn, {})
  const next = await taken()
  expect(idsOf(next)).toEqual(['s'])
  await inbox.commit(next, { reply: replyTo(next, 'stopped') })
  await inbox.post(message('c'))
  const later = await taken()
  await inbox.post(message('s', { command: 'stop' }))
  expect(await inbox.check(later)).toBe('current')
})

test('an edit replaces a message that waits, and comes too late for one that was taken', async () => {
  await inbox.post(message('a'))
  const turn = await taken()
  await inbox.post(message('b'))
  const edit = (id: string) => inbox.amend({ ...message(`${id}.e1`, { text: 'better' }), edits: id })
  expect(await edit('a')).toBe('too_late')
  expect(await edit('b')).toBe('amended')
  await inbox.commit(turn, { reply: replyTo(turn, 'hello') })
  expect((await taken()).messages).toMatchObject([{ id: 'b', text: 'better' }])
})

test('only failures count against a turn; what was postponed or crashed is counted apart', async () => {
  await inbox.post(message('a'))
  await inbox.giveBack(await taken(), 'failures', why)
  await inbox.giveBack(await taken(), 'postponed', why)
  await taken()
  expect(await taken()).toMatchObject({ attempt: 4, failures: 1, crashes: 1 })
})

test('a dead letter keeps what is needed to post its messages again', async () => {
  await inbox.post(message('a'))
  const turn = await taken()
  await inbox.commit(turn, {
    reply: replyTo(turn, 'sorry', 'failed'),
    deadLetter: { kind: 'turn', at: 5, error: { code: 'x' }, turn },
  })
  const [letter = ''] = await redis.lrange(keysOf(conversation).dead, 0, -1)
  expect(JSON.parse(letter)).toMatchObject({ turn: { messages: [message('a')] } })
  expect(await inbox.take(conversation)).toBeUndefined()
})

test('an answer enters the history with its commit, up to the most entries', async () => {
  for (const id of ['a', 'b', 'c']) {
    await inbox.post(message(id))
    const turn = await taken()
    const history = { forget: 0, entries: [`q${id}`, `a${id}`], maxEntries: 4, keepMs: 60_000 }
    await inbox.commit(turn, { reply: replyTo(turn, id), history })
  }
  expect(await redis.lrange(keysOf(conversation).history, 0, -1)).toEqual(['qb', 'ab', 'qc', 'ac'])
})

test.each(['{"text": "\\ud83d"', '{"id": 7}', 'null', ''])(
  'what is no message, such as %j, becomes a dead letter, and the conversation goes on',
  async item => {
    await redis.rpush(keysOf(conversation).inbox, item)
    expect(await inbox.take(conversation)).toBeUndefined()
    await inbox.post(message('a'))
    expect(idsOf(await taken())).toEqual(['a'])
    const [letter = ''] = await redis.lrange(keysOf(conversation).dead, 0, -1)
    expect(JSON.parse(letter)).toMatchObject({ kind: 'unreadable', items: [item] })
  },
)

test('a message taken back is not answered, whether it waits, was not posted yet, or stands in a topic', async () => {
  await inbox.post(message('a'))
  await inbox.post(message('b'))
  expect(await inbox.recall({ conversation, messageId: 'a' })).toBe('recalled')
  expect(await inbox.recall({ conversation, messageId: 'c' })).toBe('too_late')
  expect(await inbox.post(message('c'))).toBe('duplicate')
  expect(idsOf(await taken())).toEqual(['b'])

  const topic = `${conversation}.5` as const
  await inbox.post(message('t', { conversation: topic }))
  expect(await inbox.recall({ conversation, messageId: 't' })).toBe('recalled')
  expect(await inbox.take(topic)).toBeUndefined()
})

test('taken back while it is answered, its answer is withdrawn and the attempt may change nothing more', async () => {
  await inbox.post(message('a'))
  const turn = await taken()
  await inbox.update(turn, replyTo(turn, 'hel', 'open'))
  rung = []
  expect(await inbox.recall({ conversation, messageId: 'a' })).toBe('recalled')
  expect(rung).toEqual(['inbox', 'outbox'])
  expect(await inbox.check(turn)).toBe('superseded')
  await expect(inbox.commit(turn, { reply: replyTo(turn, 'hello') })).rejects.toThrow(Superseded)
  expect(await inbox.take(conversation)).toBeUndefined()
  expect(await createOutbox(redis).take(conversation)).toMatchObject({ reply: { state: 'withdrawn', text: 'hel' } })
})

test('taken back from among others, these are answered anew, and no worker is said to have died', async () => {
  for (const id of ['a', 'b', 'c']) await inbox.post(message(id))
  const turn = await taken()
  expect(await inbox.recall({ conversation, messageId: 'b' })).toBe('recalled')
  await expect(inbox.commit(turn, { reply: replyTo(turn, 'hello') })).rejects.toThrow(Superseded)
  const again = await taken()
  expect(again).toMatchObject({ replyId: turn.replyId, attempt: 2, crashes: 0 })
  expect(idsOf(again)).toEqual(['a', 'c'])
})

test('an exchange answered anew takes the place of the last one', async () => {
  for (const [id, forget] of [
    ['a', 0],
    ['b', 0],
    ['b2', 2],
  ] as const) {
    await inbox.post(message(id))
    const turn = await taken()
    const history = { forget, entries: [`q${id}`, `a${id}`], maxEntries: 9, keepMs: 60_000 }
    await inbox.commit(turn, { reply: replyTo(turn, id), history })
  }
  expect(await redis.lrange(keysOf(conversation).history, 0, -1)).toEqual(['qa', 'aa', 'qb2', 'ab2'])
})

test('messages that came out of order are read in the order in which they were written', async () => {
  for (const [id, sentAt] of [
    ['b', 2],
    ['a', 1],
    ['c', 2],
  ] as const)
    await inbox.post(message(id, { sentAt }))
  expect(idsOf(await taken())).toEqual(['a', 'b', 'c'])
})

test('a box is on the index before it is filled, so that a census misses none', async () => {
  // It has put nothing on an index yet.
  const fresh = createInbox(redis, bells('inbox'), bells('outbox'))
  const commands = vi.spyOn(redis, 'sendCommand')
  onTestFinished(() => commands.mockRestore())
  const sent = () => commands.mock.calls.map(([{ name }]) => name).filter(name => name === 'zadd' || /^eval/.test(name))
  await fresh.post(message('1'))
  expect(sent().map(name => name === 'zadd')).toEqual([true, false])
  const turn = await taken()
  commands.mockClear()
  await fresh.commit(turn, {})
  expect(sent().map(name => name === 'zadd')).toEqual([true, false])
})
