import { Client, LoggerLevel } from '@larksuiteoapi/node-sdk'
import { expect, test } from 'vitest'
import { card, cardJson, inTheFuture, post, startWithBot, text } from './bot.ts'

const DAY_MS = 24 * 60 * 60 * 1000

test('the SDK sends, replies, edits and recalls, and the chat shows it', async () => {
  const { feishu } = await startWithBot()
  const { appId, appSecret } = feishu.app
  const { im } = new Client({ appId, appSecret, domain: feishu.baseUrl, loggerLevel: LoggerLevel.fatal })
  const chat = feishu.p2p()
  const question = chat.say('你好').event.message

  const params = { receive_id_type: 'chat_id' as const }
  const sent = await im.message.create({ params, data: { receive_id: chat.id, ...text('one') } })
  expect(sent).toMatchObject({ code: 0, data: { chat_id: chat.id, msg_type: 'text', sender: { id: appId } } })
  const replied = await im.message.reply({ path: { message_id: question.message_id }, data: text('two') })
  expect(replied.data).toMatchObject({ parent_id: question.message_id, root_id: question.message_id })
  const path = { message_id: sent.data?.message_id ?? '' }
  await im.message.update({ path, data: text('three') })
  expect(feishu.texts(chat)).toEqual(['three', 'two'])
  expect(feishu.sent[0]).toMatchObject({ app: appId, type: 'text', edits: [{ text: 'three' }] })
  expect(feishu.sent[1]).toMatchObject({ replyTo: question.message_id })

  await im.message.delete({ path })
  expect(feishu.texts(chat)).toEqual(['two'])
  // The SDK keeps its token: one call for all.
  expect(feishu.calls.filter(({ endpoint }) => endpoint === 'token')).toHaveLength(1)
})

test('a person is written to by open_id, in the same direct chat', async () => {
  const { feishu, call } = await startWithBot()
  const chat = feishu.p2p({ openId: 'ou_1' })
  const { data } = await call('POST', '/im/v1/messages?receive_id_type=open_id', { receive_id: 'ou_1', ...text('hi') })
  expect(data).toMatchObject({ chat_id: chat.id })
  expect(feishu.p2p({ openId: 'ou_1' }).id).toBe(chat.id)
})

test('a uuid sends one message in an hour, and is answered as the first time', async () => {
  const { feishu, send, reply } = await startWithBot()
  const chat = feishu.p2p()
  const first = await send(chat.id, { ...text('one'), uuid: 'u1' })
  const again = await send(chat.id, { ...text('other words'), uuid: 'u1' })
  expect(again.data).toEqual(first.data)
  const replied = await reply(first.data.message_id, { ...text('two'), uuid: 'u1' })
  expect(replied.data).toEqual(first.data)
  expect(feishu.texts(chat)).toEqual(['one'])
  inTheFuture(60 * 60 * 1000 + 1)
  await send(chat.id, { ...text('an hour later'), uuid: 'u1' })
  expect(feishu.texts(chat)).toEqual(['one', 'an hour later'])
})

test('what was refused has not used its uuid', async () => {
  const { feishu, send } = await startWithBot()
  const chat = feishu.p2p()
  chat.shut()
  expect(await send(chat.id, { ...text('one'), uuid: 'u1' })).toMatchObject({ code: 230053 })
  chat.reopen()
  expect(await send(chat.id, { ...text('one'), uuid: 'u1' })).toMatchObject({ code: 0 })
})

test('two apps may use the same uuid', async () => {
  const { feishu, send } = await startWithBot({ apps: [{}, {}] })
  const group = feishu.group({ members: feishu.apps })
  for (const app of feishu.apps) await send(group.id, { ...text(app.name), uuid: 'u1' }, app)
  expect(feishu.texts(group)).toHaveLength(2)
})

test('a reply in a thread makes a topic, and what answers inside it stays there', async () => {
  const { feishu, reply } = await startWithBot()
  const group = feishu.group()
  const question = group.say('why?').event.message.message_id
  const first = await reply(question, { ...text('because'), reply_in_thread: true })
  const thread = String(first.data.thread_id)
  expect(thread).toMatch(/^omt_/)
  const second = await reply(first.data.message_id, text('and because'))
  expect(second.data).toMatchObject({ thread_id: thread, root_id: question, parent_id: question })
  expect(feishu.texts({ id: group.id, thread })).toEqual(['because', 'and because'])
  expect(feishu.texts(group)).toEqual([])
})

test('a post is read line by line, a card by its texts', async () => {
  const { feishu, send } = await startWithBot()
  const chat = feishu.p2p()
  const line = [
    { tag: 'text', text: 'see ' },
    { tag: 'a', text: 'this', href: 'https://x.test' },
  ]
  await send(chat.id, post(line, [{ tag: 'md', text: '**bold**' }]))
  const columns = {
    tag: 'column_set',
    columns: [{ tag: 'column', elements: [{ tag: 'markdown', content: 'second' }] }],
  }
  await send(chat.id, card(cardJson('# first', { more: [columns] })))
  const old = { elements: [{ tag: 'div', text: { tag: 'lark_md', content: 'of old' } }] }
  await send(chat.id, card(old))
  expect(feishu.texts(chat)).toEqual(['see this\n**bold**', '# first\nsecond', 'of old'])
})

test('a card is patched while it is shared', async () => {
  const { feishu, call, send } = await startWithBot()
  const chat = feishu.p2p()
  const { data } = await send(chat.id, card(cardJson('one')))
  const patch = (id: unknown, json: object) => call('PATCH', `/im/v1/messages/${id}`, { content: JSON.stringify(json) })
  expect(await patch(data.message_id, cardJson('two'))).toMatchObject({ status: 200, code: 0 })
  expect(feishu.sent[0]).toMatchObject({ text: 'two', edits: [{ text: 'two' }] })

  const single = await send(chat.id, card({ elements: [{ tag: 'markdown', content: 'x' }] }))
  expect(await patch(single.data.message_id, cardJson('y'))).toMatchObject({ code: 230001 })
  const words = await send(chat.id, text('x'))
  expect(await patch(words.data.message_id, cardJson('y'))).toMatchObject({
    code: 230001,
    msg: expect.stringContaining('ext=This message is NOT a card'),
  })
})

test('after fourteen days a card stays as it is', async () => {
  const { feishu, call, send } = await startWithBot({ tokenSeconds: 15 * 24 * 60 * 60 })
  const { data } = await send(feishu.p2p().id, card(cardJson('one')))
  inTheFuture(14 * DAY_MS + 1)
  const body = { content: JSON.stringify(cardJson('two')) }
  expect(await call('PATCH', `/im/v1/messages/${data.message_id}`, body)).toMatchObject({ status: 400, code: 230031 })
})

test('a text is edited twenty times, and by its sender only', async () => {
  const { feishu, call, send } = await startWithBot({ apps: [{}, {}] })
  const group = feishu.group({ members: feishu.apps })
  const { data } = await send(group.id, text('0'))
  const edit = (words: string, app = feishu.app) => call('PUT', `/im/v1/messages/${data.message_id}`, text(words), app)
  for (let count = 1; count <= 20; count += 1) expect((await edit(String(count))).code).toBe(0)
  expect(await edit('21')).toMatchObject({ code: 230072 })
  expect(await edit('x', feishu.apps[1])).toMatchObject({ code: 230071 })
  expect(feishu.texts(group)).toEqual(['20'])
})

test('reactions come and go', async () => {
  const { feishu, call } = await startWithBot()
  const id = feishu.p2p().say('hi').event.message.message_id
  const react = (emoji: string) =>
    call('POST', `/im/v1/messages/${id}/reactions`, { reaction_type: { emoji_type: emoji } })
  const { data } = await react('Typing')
  expect(feishu.reactions).toMatchObject([{ messageId: id, emoji: 'Typing', reactionId: data.reaction_id }])
  expect(feishu.reactions[0]?.removedAt).toBeUndefined()
  const path = `/im/v1/messages/${id}/reactions/${data.reaction_id}`
  expect(await call('DELETE', path)).toMatchObject({ code: 0, data: { reaction_type: { emoji_type: 'Typing' } } })
  expect(feishu.reactions[0]?.removedAt).toEqual(expect.any(Number))
  expect((await call('DELETE', path)).code).toBe(231007)
  expect((await react('👍')).code).toBe(231001)
})

test('the bot knows itself', async () => {
  const { feishu, call } = await startWithBot()
  expect(await call('GET', '/bot/v3/info')).toMatchObject({ code: 0, bot: { open_id: feishu.app.openId } })
})
