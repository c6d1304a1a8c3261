import { Telegram } from 'telegraf'
import { expect, onTestFinished, test } from 'vitest'
import { startTelegram, type TelegramOptions } from './simulator.ts'

async function start(options?: TelegramOptions) {
  const telegram = await startTelegram(options)
  onTestFinished(() => telegram[Symbol.asyncDispose]())
  return { telegram, client: new Telegram(telegram.token, { apiRoot: telegram.apiRoot }) }
}

const refusal = (status: number, description: string) => ({
  response: expect.objectContaining({ ok: false, error_code: status, description }),
})

test('telegraf sends, edits and deletes, and the chat shows it', async () => {
  const { telegram, client } = await start()
  const chat = telegram.privateChat()
  expect(await client.getMe()).toMatchObject(telegram.bot)

  const first = await client.sendMessage(chat.id, ' <b>one</b> &amp; ', { parse_mode: 'HTML' })
  const second = await client.sendMessage(chat.id, 'two')
  expect(first).toMatchObject({ message_id: 1, text: 'one &', from: { is_bot: true }, chat: { type: 'private' } })
  await client.editMessageText(chat.id, second.message_id, undefined, 'three')
  expect(telegram.texts(chat)).toEqual(['one &', 'three'])
  expect(telegram.sent[0]).toMatchObject({ html: ' <b>one</b> &amp; ', edits: [] })
  expect(telegram.sent[1]?.edits).toEqual([{ text: 'three', at: expect.any(Number) }])

  await client.deleteMessage(chat.id, first.message_id)
  expect(telegram.texts(chat)).toEqual(['three'])
})

test('the platform refuses in its own words', async () => {
  const { telegram, client } = await start()
  const chat = telegram.privateChat()
  const said = chat.say('hi').message?.message_id ?? 0
  const { message_id: sent } = await client.sendMessage(chat.id, 'same')

  await expect(client.sendMessage(chat.id, 'x'.repeat(4097))).rejects.toMatchObject(
    refusal(400, 'Bad Request: message is too long'),
  )
  await expect(client.sendMessage(chat.id, ' <b> </b> ', { parse_mode: 'HTML' })).rejects.toMatchObject(
    refusal(400, 'Bad Request: message text is empty'),
  )
  await expect(client.sendMessage(chat.id, '1 < 2', { parse_mode: 'HTML' })).rejects.toMatchObject(
    refusal(400, 'Bad Request: can\'t parse entities: Unsupported start tag "" at byte offset 2'),
  )
  await expect(client.sendMessage(999, 'x')).rejects.toMatchObject(refusal(400, 'Bad Request: chat not found'))
  await expect(client.sendMessage(chat.id, 'x', { reply_parameters: { message_id: 99 } })).rejects.toMatchObject(
    refusal(400, 'Bad Request: message to be replied not found'),
  )
  await expect(client.sendMessage(chat.id, 'x', { message_thread_id: 5 })).rejects.toMatchObject(
    refusal(400, 'Bad Request: message thread not found'),
  )
  await expect(client.editMessageText(chat.id, sent, undefined, 'same')).rejects.toMatchObject({
    code: 400,
    description: expect.stringMatching(/^Bad Request: message is not modified: /),
  })
  await expect(client.editMessageText(chat.id, 99, undefined, 'x')).rejects.toMatchObject(
    refusal(400, 'Bad Request: message to edit not found'),
  )
  await expect(client.editMessageText(chat.id, said, undefined, 'x')).rejects.toMatchObject(
    refusal(400, "Bad Request: message can't be edited"),
  )
  expect(telegram.texts(chat)).toEqual(['same'])
})

test('text is measured after parsing', async () => {
  const { telegram, client } = await start()
  const chat = telegram.privateChat()
  await client.sendMessage(chat.id, `<b>${'&amp;'.repeat(4096)}</b>`, { parse_mode: 'HTML' })
  expect(telegram.texts(chat)).toEqual(['&'.repeat(4096)])
})

test('a missing reply target is forgiven when asked', async () => {
  const { telegram, client } = await start()
  const group = telegram.group()
  const question = group.say('hi').message?.message_id ?? 0
  await client.sendMessage(group.id, 'a', { reply_parameters: { message_id: question } })
  await client.sendMessage(group.id, 'b', { reply_parameters: { message_id: 99, allow_sending_without_reply: true } })
  expect(telegram.sent.map(({ text, replyTo }) => ({ text, replyTo }))).toEqual([
    { text: 'a', replyTo: question },
    { text: 'b', replyTo: undefined },
  ])
})

test('a bot that was shut out may not write; a group that migrated names its new chat', async () => {
  const { telegram, client } = await start()
  const chat = telegram.privateChat()
  chat.shut()
  await expect(client.sendMessage(chat.id, 'x')).rejects.toMatchObject(
    refusal(403, 'Forbidden: bot was blocked by the user'),
  )
  chat.reopen()
  await client.sendMessage(chat.id, 'x')

  const group = telegram.group()
  const supergroup = group.migrate()
  await expect(client.sendMessage(group.id, 'x')).rejects.toMatchObject({
    response: { error_code: 400, parameters: { migrate_to_chat_id: supergroup.id } },
  })
  await client.sendMessage(supergroup.id, 'x')
})

test('a topic keeps its messages together until it is removed', async () => {
  const { telegram, client } = await start()
  const forum = telegram.forum()
  const topic = forum.topic('Plans')
  const { message } = topic.say('hi')
  expect(message).toMatchObject({
    message_thread_id: topic.thread,
    is_topic_message: true,
    reply_to_message: { forum_topic_created: { name: 'Plans' } },
  })
  await client.sendMessage(forum.id, 'in the topic', { message_thread_id: topic.thread })
  await client.sendMessage(forum.id, 'outside')
  expect(telegram.texts(topic)).toEqual(['in the topic'])
  expect(telegram.texts(forum)).toEqual(['outside'])
  topic.remove()
  await expect(client.sendMessage(forum.id, 'x', { message_thread_id: topic.thread })).rejects.toMatchObject(
    refusal(400, 'Bad Request: message thread not found'),
  )
})

test('drafts live in private chats, until the next draft or message', async () => {
  const { telegram, client } = await start()
  const chat = telegram.privateChat()
  // telegraf's types end at Bot API 7.1, before drafts.
  const draft = (fields: object) => client.callApi('sendMessageDraft' as never, fields as never)
  await draft({ chat_id: chat.id, draft_id: 1, text: 'a' })
  await draft({ chat_id: chat.id, draft_id: 1, text: '<b>ab</b>', parse_mode: 'HTML' })
  expect(telegram.drafts.map(({ text }) => text)).toEqual(['a', 'ab'])
  expect(telegram.drafts[0]?.shownUntil).toBe(telegram.drafts[1]?.at)
  expect(telegram.drafts[1]?.shownUntil).toBeGreaterThan(Date.now())
  await client.sendMessage(chat.id, 'abc')
  expect(telegram.drafts[1]?.shownUntil).toBe(telegram.sent[0]?.at)

  await expect(draft({ chat_id: chat.id, draft_id: 0, text: 'a' })).rejects.toMatchObject({ code: 400 })
  await expect(draft({ chat_id: telegram.group().id, draft_id: 1, text: 'a' })).rejects.toMatchObject(
    refusal(400, 'Bad Request: TEXTDRAFT_PEER_INVALID'),
  )
})

test('typing, reactions and the answer to a button', async () => {
  const { telegram, client } = await start()
  const chat = telegram.privateChat()
  await client.sendChatAction(chat.id, 'typing')
  expect(telegram.actions).toMatchObject([{ chat: chat.id, action: 'typing' }])
  const { message_id } = chat.say('hi').message ?? {}
  await client.callApi('setMessageReaction', { chat_id: chat.id, message_id: message_id ?? 0, reaction: [] })
  telegram.push({ callback_query: { id: 'q1', from: { id: chat.id }, data: 'x' } })
  expect(await client.answerCbQuery('q1')).toBe(true)
  await expect(client.answerCbQuery('q2')).rejects.toMatchObject({ code: 400 })
})

test('wrong tokens, unknown methods, broken JSON and half characters', async () => {
  const { telegram } = await start()
  const chat = telegram.privateChat()
  const call = async (path: string, body: string, type = 'application/json') =>
    (await fetch(`${telegram.apiRoot}${path}`, { method: 'POST', body, headers: { 'content-type': type } })).json()
  const send = `/bot${telegram.token}/sendMessage`
  expect(await call('/bot1:x/getMe', '{}')).toEqual({ ok: false, error_code: 401, description: 'Unauthorized' })
  expect(await call(`/bot${telegram.token}/getMoon`, '{}')).toMatchObject({ error_code: 404 })
  expect(await call(send, '{"chat_id":')).toMatchObject({ error_code: 400 })
  expect(await call(send, '[]')).toMatchObject({ error_code: 400 })
  expect(await call(send, `{"chat_id":${chat.id},"text":"\\ud83d"}`)).toMatchObject({ error_code: 400 })
  expect(await call(send, `{"chat_id":"x","text":"x"}`)).toMatchObject({ error_code: 400 })
  expect(
    await call(send, `chat_id=${chat.id}&text=a%20b&entities=[]`, 'application/x-www-form-urlencoded'),
  ).toMatchObject({ ok: true, result: { text: 'a b' } })
})

test('too many calls are answered 429, and what comes before the time is over is an early call', async () => {
  const { telegram, client } = await start({ flood: { chat: { calls: 2, perMs: 60_000 } } })
  const [one, other] = [telegram.privateChat(), telegram.privateChat()]
  await client.sendMessage(one.id, '1')
  await client.sendMessage(one.id, '2')
  const tooMany = { response: { error_code: 429, parameters: { retry_after: 60 } } }
  await expect(client.sendMessage(one.id, '3')).rejects.toMatchObject(tooMany)
  expect(telegram.earlyCalls).toEqual([])
  await expect(client.sendMessage(one.id, '3')).rejects.toMatchObject(tooMany)
  expect(telegram.earlyCalls).toMatchObject([{ method: 'sendMessage', chat: one.id }])
  await client.sendMessage(other.id, '1')
})
