import type { Reply } from '@waystation/domain'
import { redisForTests } from '@waystation/redis/for-tests'
import { beforeEach, expect, test } from 'vitest'
import { indexKeys, keysOf } from '../keys.ts'
import { Superseded } from '../superseded.ts'
import { createOutbox, type Delivery } from './outbox.ts'

const conversation = 'telegram.1.42'
const keys = keysOf(conversation)

const { redis } = await redisForTests()
const outbox = createOutbox(redis)
beforeEach(async () => {
  for (const id of ['r1', 'r2']) {
    const reply: Reply = { id, conversation, inReplyTo: 'm', state: 'final', text: id, traceId: 't', receivedAt: 1 }
    await redis.rpush(keys.outbox, id)
    await redis.hset(keys.reply(id), 'reply', JSON.stringify(reply))
  }
})

async function taken(): Promise<Delivery> {
  const delivery = await outbox.take(conversation)
  if (!delivery) throw new Error('nothing to take')
  return delivery
}

test('replies are delivered in order, each until it is settled', async () => {
  expect((await taken()).reply.id).toBe('r1')
  const first = await taken()
  expect(first).toMatchObject({ reply: { id: 'r1' }, attempt: 2 })
  expect(await outbox.settle(first)).toBe(1)
  const second = await taken()
  expect(second.reply.id).toBe('r2')
  expect(await outbox.settle(second)).toBe(0)
  expect(await outbox.take(conversation)).toBeUndefined()
  expect(await redis.keys('*reply:*')).toEqual([])
})

test('what answers nobody is put in once, behind the others, and on the index', async () => {
  const reply = { id: 'told', conversation, text: 'x', traceId: 't' } as const
  await outbox.put(reply)
  await outbox.put(reply)
  expect(await redis.lrange(keys.outbox, 0, -1)).toEqual(['r1', 'r2', 'told'])
  expect(await redis.zscore(indexKeys.outbox, conversation)).not.toBeNull()
  for (const id of ['r1', 'r2', 'told']) {
    const delivery = await taken()
    expect(delivery.reply.id).toBe(id)
    await outbox.settle(delivery)
  }
  await outbox.put(reply)
  expect(await outbox.take(conversation)).toBeUndefined()
})

test('a later attempt knows what earlier ones noted of the parts', async () => {
  const first = await taken()
  await outbox.notePart(first, 0, { state: 'sent', receipt: '10' })
  await outbox.notePart(first, 1, { state: 'sending' })
  await outbox.putOff(first, true, { code: 'x', afterMs: 1 })
  const second = await taken()
  expect(second.parts).toEqual(
    new Map([
      [0, { state: 'sent', receipt: '10' }],
      [1, { state: 'sending' }],
    ]),
  )
  expect(second.failures).toBe(1)
})

test('what an older attempt notes or settles changes nothing', async () => {
  const old = await taken()
  const current = await taken()
  await expect(outbox.notePart(old, 0, { state: 'sending' })).rejects.toThrow(Superseded)
  await expect(outbox.settle(old)).rejects.toThrow(Superseded)
  await outbox.settle(current)
  await expect(outbox.notePart(current, 0, { state: 'sending' })).rejects.toThrow(Superseded)
  expect((await taken()).reply.id).toBe('r2')
})

test('a reply that cannot arrive is kept as a dead letter, and the next one goes on', async () => {
  const delivery = await taken()
  const deadLetter = { kind: 'reply', at: 1, error: { code: 'chat_gone' }, reply: delivery.reply } as const
  await outbox.settle(delivery, { deadLetter: { ...deadLetter, parts: [] } })
  const [letter = ''] = await redis.lrange(keys.dead, 0, -1)
  expect(JSON.parse(letter)).toMatchObject({ kind: 'reply', reply: { id: 'r1', text: 'r1' } })
  expect((await taken()).reply.id).toBe('r2')
})

test('a withdrawn reply reads so, and one that was settled by another sender not at all', async () => {
  const { reply } = await taken()
  expect(await outbox.read(reply)).toEqual(reply)
  await redis.hset(keys.reply('r1'), 'withdrawn', 1)
  expect(await outbox.read(reply)).toEqual({ ...reply, state: 'withdrawn' })
  await redis.del(keys.reply('r1'))
  await expect(outbox.read(reply)).rejects.toThrow(Superseded)
})
