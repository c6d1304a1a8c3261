import { type Received, Rejected, Unavailable } from '@waystation/domain'
import { redisForTests } from '@waystation/redis/for-tests'
import { startTelegram, type TelegramSimulator } from '@waystation/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { botApi } from '../api.ts'
import { poll } from './poll.ts'

const { redis } = await redisForTests()

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000 })

const key = ({ bot }: TelegramSimulator) => `waystation:telegram:{${bot.id}}:poller`

/** Polls until it is stopped; `accept` may fail. */
function startPolling(telegram: TelegramSimulator, accept: (texts: string[]) => void | Promise<void>) {
  const api = botApi(telegram)
  const stopping = new AbortController()
  const lines: object[] = []
  const add = (line: object) => void lines.push(line)
  const done = poll({
    api,
    redis,
    bot: telegram.bot,
    accept: async ({ messages, ignored }: Received) => accept([...messages.map(({ text }) => text), ...ignored]),
    log: { info: add, warn: add, error: add },
    signal: stopping.signal,
  })
  const stop = async () => {
    stopping.abort()
    await done
    await api.close()
  }
  onTestFinished(stop)
  return { lines, stop }
}

/** What Telegram still keeps for the bot. */
const unconfirmed = (telegram: TelegramSimulator) => telegram.unfinished().updates

test('updates come in order, and are forgotten by Telegram once they were accepted', async () => {
  await using telegram = await startTelegram()
  const accepted: string[] = []
  const chat = telegram.privateChat()
  for (const text of ['a', 'b', 'c']) chat.say(text)
  startPolling(telegram, texts => void accepted.push(...texts))
  await eventually(() => expect(unconfirmed(telegram)).toBe(0))
  chat.say('d')
  await eventually(() => expect(accepted).toEqual(['a', 'b', 'c', 'd']))
})

test('a webhook that was set is removed, with nothing dropped', async () => {
  await using telegram = await startTelegram()
  const api = botApi(telegram)
  onTestFinished(api.close)
  await api.call('setWebhook', { url: 'http://127.0.0.1:1/' }, z.literal(true))
  const accepted: string[] = []
  telegram.privateChat().say('waiting')
  startPolling(telegram, texts => void accepted.push(...texts))
  await eventually(() => expect(accepted).toEqual(['waiting']))
})

test('what is not accepted is not confirmed, and comes again from there', async () => {
  await using telegram = await startTelegram()
  const accepted: string[] = []
  const chat = telegram.privateChat()
  for (const text of ['a', 'b', 'c']) chat.say(text)
  let refusals = 2
  startPolling(telegram, ([text = '']) => {
    if (text === 'b' && refusals-- > 0) throw new Unavailable('Redis is away', 10)
    accepted.push(text)
    if (text === 'a') expect(unconfirmed(telegram)).toBe(3)
  })
  await eventually(() => expect(accepted).toEqual(['a', 'b', 'c']))
  await eventually(() => expect(unconfirmed(telegram)).toBe(0))
})

test('an update that is refused for good is counted and passed over', async () => {
  await using telegram = await startTelegram()
  const accepted: string[] = []
  telegram.push({ message: { message_id: 1, date: -1, chat: { id: 5, type: 'private' } } })
  telegram.privateChat().say('refused')
  telegram.privateChat().say('fine')
  startPolling(telegram, ([text = '']) => {
    if (text === 'refused') throw new Rejected('refused_for_good')
    accepted.push(text)
  })
  await eventually(() => expect(accepted).toEqual(['bad_update', 'refused_for_good', 'fine']))
})

test('of two replicas one polls; when it stops, the other takes over', async () => {
  await using telegram = await startTelegram()
  const [first, second]: [string[], string[]] = [[], []]
  const one = startPolling(telegram, texts => void first.push(...texts))
  await eventually(() => expect(one.lines).toMatchObject([{ event: 'telegram.polling' }]))
  startPolling(telegram, texts => void second.push(...texts))
  const chat = telegram.privateChat()
  chat.say('a')
  await eventually(() => expect(unconfirmed(telegram)).toBe(0))
  await one.stop()
  chat.say('b')
  await eventually(() => expect(second).toEqual(['b']))
  expect(first).toEqual(['a'])
})

test('a lease that another has taken ends the poll', async () => {
  await using telegram = await startTelegram()
  const { lines } = startPolling(telegram, () => {})
  await eventually(() => expect(lines).toMatchObject([{ event: 'telegram.polling' }]))
  await redis.set(key(telegram), 'another')
  const lost = expect.objectContaining({ event: 'telegram.poll_failed', detail: 'the lease was lost' })
  await eventually(() => expect(lines).toContainEqual(lost))
  expect(telegram.unfinished().calls).toBe(0)
  expect(await redis.get(key(telegram))).toBe('another')
})

test('it goes on after a conflict and an outage, no sooner than it is asked to', async () => {
  await using telegram = await startTelegram()
  telegram.fault('deleteWebhook', { status: 502 })
  telegram.fault('getUpdates', { status: 429, parameters: { retry_after: 1 } })
  telegram.privateChat().say('at last')
  const accepted: string[] = []
  const { lines } = startPolling(telegram, texts => void accepted.push(...texts))
  await eventually(() => expect(accepted).toEqual(['at last']))
  const failures = lines.filter(line => 'afterMs' in line)
  expect(failures).toMatchObject([
    { errorCode: 'Unavailable', detail: 'deleteWebhook: answered 502', afterMs: 1000 },
    { errorCode: 'Unavailable', detail: 'getUpdates: too many requests', afterMs: 1000 },
  ])
})

test('a refused token is named in the log, and tried again now and then', async () => {
  await using telegram = await startTelegram()
  telegram.fault('deleteWebhook', { status: 401, description: 'Unauthorized' })
  const { lines } = startPolling(telegram, () => {})
  await eventually(() => expect(lines).toMatchObject([{ errorCode: 'TokenRefused', afterMs: 60_000 }]))
})

test('it ends at once when it is stopped, and leaves the lease free', async () => {
  await using telegram = await startTelegram()
  const { lines, stop } = startPolling(telegram, () => {})
  await eventually(() => expect(lines).toHaveLength(1))
  await stop()
  expect(await redis.exists(key(telegram))).toBe(0)
})
