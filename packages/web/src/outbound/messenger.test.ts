import type { ConversationId, Reply } from '@waystation/domain'
import { close, connect, type Redis, startTestRedis } from '@waystation/redis'
import { expect, test } from 'vitest'
import { type ChatEvent, eventsKey, KEEP_SECONDS } from '../events.ts'
import { webMessenger } from './messenger.ts'

const conversation: ConversationId = 'web.chat.someone'
const { signal } = new AbortController()

const reply = (text: string, state: Reply['state'] = 'open'): Reply => ({
  id: 'reply-1',
  conversation,
  inReplyTo: 'message-1',
  state,
  text,
  route: { tier: 'local', model: 'qwen', reason: 'default' },
  traceId: 'trace',
  receivedAt: 0,
})

async function withRedis(run: (redis: Redis, url: string) => Promise<void>): Promise<void> {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  await run(redis, server.url).finally(() => close(redis))
}

async function eventsIn(redis: Redis): Promise<ChatEvent[]> {
  const entries = await redis.xrange(eventsKey(conversation), '-', '+')
  return entries.map(([, [, event]]) => JSON.parse(event ?? ''))
}

/** The text of the reply as a page that saw every event shows it. */
const shownBy = (events: ChatEvent[]) =>
  events.reduce((text, event) => (event.type === 'reply' ? text.slice(0, event.from) + event.text : text), '')

test('a growing reply costs what was added to it, and reads right after every draft', () =>
  withRedis(async redis => {
    const messenger = webMessenger(redis)
    for (const text of ['驿', '驿站 ', '驿站 is a', '驿站 was', '驿站 was 👍', '驿站 was 👎']) {
      await messenger.draft(reply(text), signal)
      await messenger.draft(reply(text), signal)
      expect(shownBy(await eventsIn(redis))).toBe(text)
    }
    const drafts = await eventsIn(redis)
    expect(drafts.map(event => event.type === 'reply' && event.text)).toEqual(['驿', '站 ', 'is a', 'was', ' 👍', '👎'])
  }))

test('a final reply is one event that holds it whole, and its receipt is the id of that event', () =>
  withRedis(async redis => {
    const messenger = webMessenger(redis)
    await messenger.draft(reply('To be'), signal)
    await messenger.draft(reply('To be, or'), signal)
    const final = reply('To be, or not to be', 'final')
    const receipt = await messenger.send(final, final.text, 0, signal)
    expect(await redis.xrange(eventsKey(conversation), receipt, receipt)).toHaveLength(1)
    expect(await eventsIn(redis)).toEqual([
      {
        type: 'reply',
        replyId: 'reply-1',
        inReplyTo: 'message-1',
        state: 'final',
        from: 0,
        text: 'To be, or not to be',
        route: { tier: 'local', model: 'qwen' },
      },
    ])
  }))

test('a process that takes over in the middle writes the reply from its beginning', () =>
  withRedis(async redis => {
    await webMessenger(redis).draft(reply('The first attempt said this much'), signal)
    const successor = webMessenger(redis)
    await successor.draft(reply('The second'), signal)
    expect(shownBy(await eventsIn(redis))).toBe('The second')
    await successor.send(reply('The second said it.', 'final'), 'The second said it.', 0, signal)
    expect(shownBy(await eventsIn(redis))).toBe('The second said it.')
  }))

test('a very long answer does not crowd the conversation out of the stream', () =>
  withRedis(async redis => {
    const messenger = webMessenger(redis)
    let text = ''
    for (let word = 0; word < 1_500; word += 1) {
      text += `${word} `
      await messenger.draft(reply(text), signal)
    }
    const events = await eventsIn(redis)
    expect(events.length).toBeLessThanOrEqual(201)
    expect(shownBy(events)).toBe(text)
  }))

test('a conversation is kept for thirty days after its last event', () =>
  withRedis(async redis => {
    const messenger = webMessenger(redis)
    await messenger.draft(reply('Hello'), signal)
    await redis.expire(eventsKey(conversation), 60)
    await messenger.send(reply('Sorry.', 'failed'), 'Sorry.', 0, signal)
    expect(await redis.ttl(eventsKey(conversation))).toBeGreaterThan(KEEP_SECONDS - 60)
  }))

test('typing wakes those who look on, and leaves nothing behind', () =>
  withRedis(async (redis, url) => {
    const subscriber = await connect(url, 'subscriber')
    await subscriber.subscribe(eventsKey(conversation))
    const heard = new Promise(resolve => subscriber.once('message', (_key, event) => resolve(event)))
    await webMessenger(redis).typing(reply(''), signal)
    expect(await heard).toBe('{"type":"typing"}')
    expect(await eventsIn(redis)).toEqual([])
    await close(subscriber)
  }))

test('while Redis is away it is unavailable, and afterwards the reply still reads right', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  const messenger = webMessenger(redis)
  await messenger.draft(reply('One'), signal)
  const back = new Promise(resolve => redis.once('close', () => redis.once('ready', resolve)))
  await server.kill()
  await expect(messenger.draft(reply('One two'), signal)).rejects.toThrow(
    expect.objectContaining({ name: 'Unavailable' }),
  )
  await expect(messenger.send(reply('One', 'final'), 'One', 0, signal)).rejects.toThrow(
    expect.objectContaining({ name: 'Unavailable' }),
  )
  await server.restart()
  await back
  await messenger.draft(reply('One two three'), signal)
  expect(shownBy(await eventsIn(redis))).toBe('One two three')
  await close(redis)
})
