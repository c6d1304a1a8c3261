import { startStation } from '@waystation/testing'
import { expect, test } from 'vitest'
import { count } from './crowd.ts'

test('in a group the bot answers those who mention it, reply to it or command it, and nobody else', async () => {
  await using station = await startStation()
  const { telegram } = station
  const group = telegram.group()
  const ask = async (text: string, replyTo?: number) => {
    const { message } = group.say(text, replyTo === undefined ? {} : { replyTo })
    await station.settled()
    return message?.message_id ?? 0
  }
  const said = await ask('good morning')
  await ask('@other_bot hello')
  await ask('/help@other_bot')
  await ask('I agree', said)
  expect(telegram.sent).toEqual([])

  const mention = await ask('@Waystation_Bot hello')
  const reply = await ask('why?', telegram.sent[0]?.messageId)
  const command = await ask('/help@waystation_bot')
  expect(telegram.texts(group)).toEqual([
    're: Member: hello',
    expect.stringMatching(/^re: Member: .*re: Member: hello\s.*why\?$/s),
    expect.stringContaining('/reset'),
  ])
  expect(telegram.sent.map(({ replyTo }) => replyTo)).toEqual([mention, reply, command])
  const metrics = await station.metrics()
  expect(metrics.sum('waystation_updates_ignored_total', { reason: 'not_addressed' })).toBe(4)
})

test('each topic of a forum is a conversation of its own, and is answered where it was asked', async () => {
  await using station = await startStation()
  const { telegram, model } = station
  const forum = telegram.forum()
  const [plans, lunch] = [forum.topic('plans'), forum.topic('lunch')]
  for (const place of [plans, lunch, forum]) place.say(`@waystation_bot topic ${place.thread ?? 'none'}`)
  await station.settled()
  for (const place of [plans, lunch, forum])
    expect(telegram.texts(place)).toEqual([`re: Member: topic ${place.thread ?? 'none'}`])
  lunch.say('@waystation_bot and now?')
  await station.settled()
  const read = JSON.stringify(model.requests.at(-1)?.messages)
  expect(read).toContain(`topic ${lunch.thread}`)
  expect(read).not.toContain(`topic ${plans.thread}`)
})

test.concurrent('in a group an answer grows in one message, within what Telegram allows', async () => {
  await using station = await startStation({
    telegram: { flood: { chat: { calls: 1, perMs: 900 }, group: { calls: 20, perMs: 60_000 } } },
    model: { answer: () => 'one two three four five six seven eight', chunks: 8, durationMs: 9_000 },
  })
  const { telegram } = station
  const group = telegram.group()
  group.say('@waystation_bot count')
  await station.settled()
  expect(telegram.texts(group)).toEqual(['one two three four five six seven eight'])
  const [answer] = telegram.sent
  const seen = answer?.edits.map(({ text }) => text) ?? []
  expect(seen.length).toBeGreaterThan(1)
  for (const text of seen) expect('one two three four five six seven eight').toContain(text)
  expect(telegram.earlyCalls).toEqual([])
})

test.concurrent('a group that becomes a supergroup while it waits gets its answer there', async () => {
  await using station = await startStation({ model: { durationMs: 2_000 } })
  const group = station.telegram.group()
  group.say('@waystation_bot hello')
  const supergroup = group.migrate()
  await station.settled()
  expect(station.telegram.texts(supergroup)).toEqual(['re: Member: hello'])
})

test.concurrent('an answer that breaks off and begins anew, and is longer than a message, leaves one answer in the group', async () => {
  const story = count(2_000)
  await using station = await startStation({ model: { answer: () => story, chunks: 40, durationMs: 4_500 } })
  const { telegram, model } = station
  const group = telegram.group()
  model.fault({ kind: 'cut', afterChunks: 20 })
  group.say('@waystation_bot a story')
  await station.settled()
  expect(telegram.texts(group).join(' ')).toBe(story)
  expect(telegram.sent[0]?.edits).not.toEqual([])
  expect(model.requests).toHaveLength(2)
})
