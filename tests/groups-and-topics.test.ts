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

test.concurrent('in a group of Feishu the bot answers those who mention it, under what they wrote, and nobody else', async () => {
  await using station = await startStation({ telegram: 'none', feishu: {} })
  const { feishu } = station
  const group = feishu.group()
  group.say('good morning', { mention: false })
  group.say('@_user_1 hello', { mention: false, mentions: [{ name: 'Waystation' }] })
  group.say('from another bot', { senderType: 'app' })
  await station.settled()
  expect(feishu.sent).toEqual([])

  const question = group.say('@_user_1 hello @_user_2', { mentions: [{ name: 'Anna' }] })
  await station.settled()
  const [answer] = feishu.sent
  expect(answer).toMatchObject({ text: 're: hello @Anna', replyTo: question.event.message.message_id })
  group.say('I agree', { mention: false, replyTo: answer?.messageId ?? '' })
  group.say('why?', { replyTo: answer?.messageId ?? '' })
  await station.settled()
  expect(feishu.texts(group)).toEqual(['re: hello @Anna', 're: why?'])
  const metrics = await station.metrics()
  expect(metrics.sum('waystation_updates_ignored_total', { reason: 'not_addressed' })).toBe(3)
  expect(metrics.sum('waystation_updates_ignored_total', { reason: 'from_bot' })).toBe(1)
})

test.concurrent('each topic of Feishu is a conversation of its own, and is answered where it was asked', async () => {
  await using station = await startStation({ telegram: 'none', feishu: {} })
  const { feishu, model } = station
  const [group, chat] = [feishu.group(), feishu.p2p()]
  const places = [group.topic(), group.topic(), group, chat.topic(), chat]
  for (const [index, place] of places.entries()) place.say(`topic ${index}`)
  await station.settled()
  for (const [index, place] of places.entries()) expect(feishu.texts(place)).toEqual([`re: topic ${index}`])
  for (const [index, place] of places.entries()) {
    place.say('and now?')
    await station.settled()
    const read = JSON.stringify(model.requests.at(-1)?.messages)
    expect(read.match(/topic \d/g)).toEqual([`topic ${index}`, `topic ${index}`])
  }
  // A button counts for its own topic, which the press does not name.
  const card = feishu.sent.find(({ text }) => text === 're: topic 1')?.messageId ?? ''
  await feishu.press(card, 'New conversation')
  await station.settled()
  for (const [index, place] of places.entries()) expect(feishu.texts(place)).toHaveLength(index === 1 ? 3 : 2)
})

test.concurrent('two apps of one installation: each answers those who write to it, under its own name', async () => {
  await using station = await startStation({ telegram: 'none', feishu: { apps: [{ name: 'Anna' }, { name: 'Bob' }] } })
  const { feishu, model } = station
  const [anna, bob] = feishu.apps
  if (!anna || !bob) return expect.unreachable()
  const [toAnna, toBob] = [feishu.p2p({ app: anna }), feishu.p2p({ app: bob })]
  const group = feishu.group({ members: [anna, bob] })
  toAnna.say('for Anna')
  toBob.say('for Bob')
  group.say('for Bob only', { mention: [bob] })
  await station.settled()
  group.say('for both', { mention: [anna, bob] })
  await station.settled()
  const read = feishu.sent.map(({ app, chat, text }) => ({ app, chat, text }))
  expect(read).toHaveLength(5)
  for (const sent of [
    { app: anna.appId, chat: toAnna.id, text: 're: for Anna' },
    { app: bob.appId, chat: toBob.id, text: 're: for Bob' },
    { app: anna.appId, chat: group.id, text: expect.stringMatching(/^re: .*for both$/) },
    { app: bob.appId, chat: group.id, text: expect.stringMatching(/^re: .*for Bob only$/) },
    { app: bob.appId, chat: group.id, text: expect.stringMatching(/^re: .*for both$/) },
  ])
    expect(read).toContainEqual(sent)
  const card = feishu.sent.find(({ chat }) => chat === toBob.id)?.messageId ?? ''
  await feishu.press(card, 'Regenerate')
  await station.settled()
  expect(feishu.texts(toBob)).toEqual(['re: for Bob', 're: for Bob'])
  expect(feishu.sent.at(-1)?.app).toBe(bob.appId)
  expect(model.requests).toHaveLength(6)
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
