import { startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

/** From when a `/stop` was accepted to when the model is let go. */
const STOP_WITHIN_MS = 1_000

test('/stop ends the answer that is being written, whichever worker writes it, within a second', async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 3, sender: 1 },
    model: { durationMs: 30_000, chunks: 100, answer: () => 'once upon a time, and so on. '.repeat(20) },
  })
  const { telegram, model } = station
  const chats = Array.from({ length: 6 }, () => telegram.privateChat())
  for (const chat of chats) chat.say('a long story')
  await vi.waitUntil(() => model.active() === 6 && telegram.drafts.length >= 6, { timeout: 30_000 })
  const [unmoved, ...others] = chats
  const stops = others.map(chat => chat.say('/stop').update_id)
  await vi.waitUntil(() => others.every(chat => telegram.texts(chat).at(-1) === 'Stopped.'), { timeout: 30_000 })

  const ended = model.requests.filter(({ aborted }) => aborted)
  expect(ended).toHaveLength(5)
  const accepted = telegram.webhookAttempts.filter(({ updateId }) => stops.includes(updateId))
  const acceptedAt = Math.max(...accepted.map(({ at, durationMs }) => at + durationMs))
  expect(Math.max(...ended.map(({ endedAt }) => endedAt ?? Infinity)) - acceptedAt).toBeLessThan(STOP_WITHIN_MS)
  for (const chat of others) expect(telegram.texts(chat)).toEqual([expect.stringMatching(/^once/), 'Stopped.'])

  expect(model.active()).toBe(1)
  unmoved?.say('/stop')
  model.manner.durationMs = 0
  for (const chat of others) chat.say('go on')
  await station.settled()
  for (const chat of others) expect(telegram.texts(chat)).toHaveLength(3)
})

test('/stop before the first word: there is no answer, and what waited behind the question is forgotten', async () => {
  await using station = await startStation({ model: { firstTokenMs: 30_000, durationMs: 30_000 } })
  const { telegram, model } = station
  const chat = telegram.privateChat({ language: 'zh' })
  chat.say('one')
  await vi.waitUntil(() => model.active() === 1, { timeout: 30_000 })
  chat.say('two')
  chat.say('/stop')
  Object.assign(model.manner, { firstTokenMs: 0, durationMs: 0 })
  chat.say('three')
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['已停止。', 're: three'])
})

test('/stop ends a question that waits for a model that is away, and does not wait with it', async () => {
  await using station = await startStation()
  const { telegram, model } = station
  const chat = telegram.privateChat()
  model.fault({ kind: 'status', status: 429, retryAfterSeconds: 60 })
  chat.say('one')
  await vi.waitUntil(() => model.requests.length === 1 && model.active() === 0, { timeout: 30_000 })
  chat.say('two')
  chat.say('/stop')
  chat.say('three')
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['Stopped.', 're: three'])
  expect(model.requests).toHaveLength(2)
})

test('/reset forgets what was said, for this conversation alone', async () => {
  await using station = await startStation()
  const { telegram, model } = station
  const [chat, other] = [telegram.privateChat(), telegram.privateChat()]
  const lastPrompt = () => JSON.stringify(model.requests.at(-1)?.messages)
  for (const { say } of [chat, other]) say('my secret')
  await station.settled()
  chat.say('what was it?')
  await station.settled()
  expect(lastPrompt()).toContain('my secret')
  chat.say('/reset')
  chat.say('what was it?')
  await station.settled()
  expect(lastPrompt()).not.toContain('my secret')
  other.say('what was it?')
  await station.settled()
  expect(lastPrompt()).toContain('my secret')
  expect(telegram.texts(chat).at(-2)).toMatch(/^A new conversation\./)
})

test('a message that waits can be edited, one that is being answered stays as it was read', async () => {
  await using station = await startStation()
  const { telegram, model } = station
  const chat = telegram.privateChat()
  model.fault({ kind: 'manner', durationMs: 4_000 })
  const first = chat.say('first').message?.message_id ?? 0
  await vi.waitUntil(() => model.active() === 1, { timeout: 30_000 })
  const second = chat.say('second').message?.message_id ?? 0
  chat.say('better second', { edit: second })
  chat.say('too late', { edit: first })
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['re: first', 're: better second'])
  const metrics = await station.metrics()
  for (const outcome of ['amended', 'too_late'])
    expect(metrics.sum('waystation_messages_amended_total', { outcome })).toBe(1)
})

test('/help tells what there is, and an unknown command is a question like any other', async () => {
  await using station = await startStation()
  const chat = station.telegram.privateChat()
  chat.say('/help')
  await station.settled()
  chat.say('/weather Berlin')
  await station.settled()
  const [help, answer] = station.telegram.texts(chat)
  for (const command of ['/reset', '/stop', '/help']) expect(help).toContain(command)
  expect(answer).toBe('re: /weather Berlin')
})
