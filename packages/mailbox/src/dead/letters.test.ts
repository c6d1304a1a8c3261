import type { InboundMessage, Reply } from '@waystation/domain'
import { close, connect, type Redis, startTestRedis, type TestRedis } from '@waystation/redis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Bells, createBells } from '../bells.ts'
import { createInbox, type Inbox } from '../inbox/inbox.ts'
import { createOutbox, type Outbox } from '../outbox/outbox.ts'
import { createDeadLetters, type KeptLetter } from './letters.ts'

const conversation = 'telegram.1.42'
const error = { code: 'x' }
const message = (id: string): InboundMessage => ({
  id,
  conversation,
  sender: { id: 's' },
  text: id,
  attachments: [],
  mentions: [],
  addressed: 'direct',
  sentAt: 1,
  receivedAt: 1,
  traceId: 't',
})
const final: Reply = {
  id: 'r',
  conversation,
  inReplyTo: 'm',
  state: 'final',
  text: 'long',
  traceId: 't',
  receivedAt: 1,
}

let server: TestRedis
let redis: Redis
let bells: Bells
let outboxBells: Bells
let inbox: Inbox
let outbox: Outbox
let letters: ReturnType<typeof createDeadLetters>

beforeAll(async () => {
  server = await startTestRedis()
  redis = await connect(server.url, 'commands')
  bells = createBells('inbox', redis)
  outboxBells = createBells('outbox', redis)
})
afterAll(async () => {
  await Promise.all([bells.close(), outboxBells.close()])
  await close(redis)
  await server.stop()
})
beforeEach(async () => {
  await redis.flushall()
  // They remember which conversations the indexes have.
  inbox = createInbox(redis, bells, outboxBells)
  outbox = createOutbox(redis)
  letters = createDeadLetters(redis, bells, outboxBells)
})

/** What was given up of `texts`. */
async function aDeadTurn(...texts: string[]): Promise<KeptLetter> {
  for (const text of texts) await inbox.post(message(text))
  const turn = await inbox.take(conversation)
  if (!turn) throw new Error('nothing to take')
  await inbox.commit(turn, { deadLetter: { kind: 'turn', at: 5, error, turn } })
  return onlyLetter()
}

async function onlyLetter(): Promise<KeptLetter> {
  const [letter, ...others] = await Array.fromAsync(letters.all())
  if (!letter || others.length > 0) throw new Error('not one letter')
  return letter
}

test('the messages of a turn that was given up are asked again, once, and count as received now', async () => {
  const letter = await aDeadTurn('one', 'two')
  expect(letter).toMatchObject({ conversation, letter: { kind: 'turn', at: 5, error } })

  expect(await letters.replay(letter)).toBe(true)
  expect(await letters.replay(letter)).toBe(false)
  const turn = await inbox.take(conversation)
  expect(turn?.messages.map(({ text }) => text)).toEqual(['one', 'two'])
  expect(turn?.messages.every(({ receivedAt }) => receivedAt > 1)).toBe(true)
  expect(turn?.replyId).not.toBe(letter.id)
  expect(await Array.fromAsync(letters.all())).toEqual([])
})

test('what is asked again waits behind what was asked meanwhile, and its platform cannot double it', async () => {
  const letter = await aDeadTurn('old')
  await inbox.post(message('new'))
  await letters.replay(letter)
  expect(await inbox.post(message('old'))).toBe('duplicate')
  expect((await inbox.take(conversation))?.messages.map(({ id }) => id)).toEqual(['new', 'old'])
})

test('a reply goes on at its first part that did not arrive', async () => {
  await redis.rpush(`waystation:{${conversation}}:outbox`, 'r')
  await redis.hset(`waystation:{${conversation}}:reply:r`, 'reply', JSON.stringify(final))
  const delivery = await outbox.take(conversation)
  if (!delivery) throw new Error('nothing to take')
  await outbox.notePart(delivery, 0, { state: 'sent', receipt: '7' })
  await outbox.settle(delivery, {
    deadLetter: { kind: 'reply', at: 5, error, reply: final, parts: [...delivery.parts] },
  })

  expect(await letters.replay(await onlyLetter())).toBe(true)
  const again = await outbox.take(conversation)
  expect(again).toMatchObject({ attempt: 1, failures: 0, reply: { id: 'r', text: 'long' } })
  expect(again?.parts).toEqual(new Map([[0, { state: 'sent', receipt: '7' }]]))
  expect(again?.reply.receivedAt).toBeGreaterThan(1)
})

test('what was dropped is gone, and is not replayed', async () => {
  const letter = await aDeadTurn('one')
  expect(await letters.drop(letter)).toBe(true)
  expect(await letters.drop(letter)).toBe(false)
  expect(await letters.replay(letter)).toBe(false)
  expect(await inbox.take(conversation)).toBeUndefined()
})

test('what could not be read is tried as it stands, and is a letter again where it still cannot', async () => {
  await inbox.post(message('one'))
  await redis.lset(`waystation:{${conversation}}:inbox`, 0, '{"of":"another version"}')
  expect(await inbox.take(conversation)).toBeUndefined()
  const letter = await onlyLetter()
  expect(letter).toMatchObject({ letter: { kind: 'unreadable', items: ['{"of":"another version"}'] } })
  expect(await letters.replay(letter)).toBe(true)
  expect(await inbox.take(conversation)).toBeUndefined()
  expect((await onlyLetter()).id).toBe(letter.id)
})

test('a bell is rung for what is replayed', async () => {
  const letter = await aDeadTurn('one')
  await redis.del(...(await redis.keys('waystation:{inbox}:bells:*')))
  await letters.replay(letter)
  expect(await redis.llen('waystation:{inbox}:bells:wait')).toBe(1)
})
