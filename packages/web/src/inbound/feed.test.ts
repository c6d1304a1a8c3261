import type { ConversationId, InboundMessage, Reply } from '@waystation/domain'
import { close, connect, startTestRedis, type TestRedis } from '@waystation/redis'
import { expect, test, vi } from 'vitest'
import { webMessenger } from '../outbound/index.ts'
import { createFeed, type FeedItem } from './feed.ts'
import { messageShower } from './show.ts'

const conversation: ConversationId = 'web.chat.someone'

const message = (id: string, more: Partial<InboundMessage> = {}): InboundMessage => ({
  id,
  conversation,
  sender: { id: 'someone' },
  text: `text of ${id}`,
  attachments: [],
  mentions: [],
  addressed: 'direct',
  sentAt: 0,
  receivedAt: 0,
  traceId: 'trace',
  ...more,
})

const openReply: Reply = {
  id: 'reply',
  conversation,
  inReplyTo: 'one',
  state: 'open',
  text: '',
  traceId: 'trace',
  receivedAt: 0,
}

async function startFeed(server: TestRedis) {
  const redis = await connect(server.url, 'commands')
  const subscriber = await connect(server.url, 'subscriber')
  const feed = createFeed(redis, subscriber)
  const looking = new AbortController()
  return {
    redis,
    subscriber,
    show: messageShower(redis),
    messenger: webMessenger(redis),
    looking,
    /** Reads until `count` events came. */
    async read(count: number, after?: string, from = conversation): Promise<FeedItem[]> {
      const items: FeedItem[] = []
      for await (const batch of feed.follow(from, after, looking.signal)) {
        items.push(...batch)
        if (items.length >= count) break
      }
      return items
    },
    follow: (after?: string) => feed.follow(conversation, after, looking.signal),
    async [Symbol.asyncDispose]() {
      looking.abort()
      await Promise.all([close(redis), close(subscriber)])
    },
  }
}

const idsOf = (items: FeedItem[]) => items.map(({ event }) => JSON.parse(event).id)

test('a page sees first what was said, then what is being said, on another page as well', async () => {
  await using server = await startTestRedis()
  await using here = await startFeed(server)
  await using there = await startFeed(server)
  await here.show(message('one'))
  const [first, second] = [here.read(3), there.read(3)]
  await there.show(message('two'))
  await here.show(message('three'))
  expect(idsOf(await first)).toEqual(['one', 'two', 'three'])
  expect(await second).toEqual(await first)
})

test('a page that comes back gets exactly what it missed', async () => {
  await using server = await startTestRedis()
  await using feed = await startFeed(server)
  for (const id of ['one', 'two', 'three', 'four']) await feed.show(message(id))
  const all = await feed.read(4)
  expect(idsOf(await feed.read(2, all[1]?.id))).toEqual(['three', 'four'])
})

test('a long conversation comes whole and in order', async () => {
  await using server = await startTestRedis()
  await using feed = await startFeed(server)
  const ids = Array.from({ length: 350 }, (_, index) => `message-${index}`)
  for (const id of ids) await feed.show(message(id))
  expect(idsOf(await feed.read(350))).toEqual(ids)
})

test('nobody hears of another conversation', async () => {
  await using server = await startTestRedis()
  await using feed = await startFeed(server)
  const mine = feed.read(1)
  await feed.show(message('theirs', { conversation: 'web.chat.another' }))
  await feed.show(message('mine'))
  expect(idsOf(await mine)).toEqual(['mine'])
})

test('a message that is shown again is seen once', async () => {
  await using server = await startTestRedis()
  await using feed = await startFeed(server)
  await Promise.all([1, 2, 3].map(() => feed.show(message('one'))))
  await feed.show(message('two'))
  expect(idsOf(await feed.read(2))).toEqual(['one', 'two'])
})

test('a reset keeps its own answer, should that be faster than it', async () => {
  await using server = await startTestRedis()
  await using feed = await startFeed(server)
  await feed.show(message('before'))
  const answer = { id: 'reply', inReplyTo: 'reset', state: 'final', text: 'Forgotten.', conversation } as const
  await feed.messenger.send({ ...answer, traceId: '', receivedAt: 0 }, answer.text, 0, feed.looking.signal)
  await feed.show(message('reset', { text: '/reset', command: 'reset' }))
  const [first, second] = await feed.read(2)
  expect(JSON.parse(first?.event ?? '')).toMatchObject({ type: 'reply', text: 'Forgotten.' })
  expect(JSON.parse(second?.event ?? '')).toMatchObject({ type: 'message', text: '/reset' })
})

test('after a reset nothing older is shown again, and a late copy of the reset takes nothing more away', async () => {
  await using server = await startTestRedis()
  await using feed = await startFeed(server)
  const reset = message('reset', { text: '/reset', command: 'reset' })
  await feed.show(message('before'))
  await feed.show(reset)
  await feed.show(message('after'))
  await feed.show(reset)
  expect(idsOf(await feed.read(2))).toEqual(['reset', 'after'])
})

test('typing is seen by those who look right now', async () => {
  await using server = await startTestRedis()
  await using feed = await startFeed(server)
  const batches = feed.follow()
  expect((await batches.next()).value).toEqual([])
  // Asked again once the subscription stands.
  expect((await batches.next()).value).toEqual([])
  const next = batches.next()
  await feed.messenger.typing(openReply, feed.looking.signal)
  expect((await next).value).toEqual([{ event: '{"type":"typing"}' }])
  await feed.show(message('one'))
  expect(idsOf(await feed.read(1))).toEqual(['one'])
})

test('a page that is gone leaves nothing behind, whether it was waiting or not', async () => {
  await using server = await startTestRedis()
  await using feed = await startFeed(server)
  const waiting = feed.read(1)
  const idle = feed.follow()
  await idle.next()
  const channels = () => feed.redis.pubsub('CHANNELS')
  await vi.waitFor(async () => expect(await channels()).toHaveLength(1))
  feed.looking.abort()
  expect(await waiting).toEqual([])
  await vi.waitFor(async () => expect(await channels()).toEqual([]))
})

test('when Redis goes away the page is told to come back, and then gets what it missed', async () => {
  await using server = await startTestRedis()
  await using feed = await startFeed(server)
  await feed.show(message('one'))
  const [one] = await feed.read(1)
  const back = [feed.redis, feed.subscriber].map(
    connection => new Promise(resolve => connection.once('close', () => connection.once('ready', resolve))),
  )
  await server.kill()
  await expect(feed.read(1, one?.id)).rejects.toThrow(expect.objectContaining({ name: 'Unavailable' }))
  await expect(feed.show(message('two'))).rejects.toThrow(expect.objectContaining({ name: 'Unavailable' }))
  await server.restart()
  await Promise.all(back)
  const missed = feed.read(1, one?.id)
  await feed.show(message('two'))
  expect(idsOf(await missed)).toEqual(['two'])
})
