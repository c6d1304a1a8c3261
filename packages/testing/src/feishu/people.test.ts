import { expect, test } from 'vitest'
import { startListening as start, text } from './bot.ts'

test('a message has the shape of the documentation', async () => {
  const { feishu, events, settled } = await start()
  const said = feishu.group().say('hello')
  await settled()
  expect(events).toEqual([said])
  const digits = (prefix: string, count = 32) => expect.stringMatching(new RegExp(`^${prefix}[0-9a-f]{${count}}$`))
  const milliseconds = expect.stringMatching(/^\d{13}$/)
  const { tenantKey: tenant_key } = feishu.app
  expect(said).toEqual({
    schema: '2.0',
    header: {
      event_id: digits(''),
      event_type: 'im.message.receive_v1',
      create_time: milliseconds,
      token: feishu.app.verificationToken,
      app_id: feishu.app.appId,
      tenant_key,
    },
    event: {
      sender: {
        sender_id: { union_id: digits('on_'), user_id: digits('', 8), open_id: digits('ou_') },
        sender_type: 'user',
        tenant_key,
      },
      message: {
        message_id: digits('om_'),
        create_time: milliseconds,
        update_time: milliseconds,
        chat_id: digits('oc_'),
        chat_type: 'group',
        message_type: 'text',
        content: '{"text":"@_user_1 hello"}',
        mentions: [
          {
            key: '@_user_1',
            id: { union_id: digits('on_'), open_id: feishu.app.openId },
            mentioned_type: 'bot',
            name: 'Waystation',
            tenant_key,
          },
        ],
        user_agent: expect.any(String),
      },
    },
  })
})

test('a direct message mentions nobody', async () => {
  const { feishu } = await start()
  const said = feishu.p2p({ openId: 'ou_1' }).say('hi', { senderType: 'bot' })
  expect(said.event.message).toMatchObject({ chat_type: 'p2p', content: '{"text":"hi"}' })
  expect(said.event.message.mentions).toBeUndefined()
  expect(said.event.sender).toMatchObject({ sender_type: 'bot', sender_id: { open_id: 'ou_1' } })
})

test('one person has another open_id for every app', async () => {
  const { feishu, events, settled } = await start({ apps: [{ encryptKey: undefined }, { encryptKey: undefined }] })
  feishu.group({ members: feishu.apps }).say('hi')
  await settled()
  const ids = events.map(({ event }) => event.sender as { sender_id: { open_id: string; union_id: string } })
  expect(new Set(ids.map(({ sender_id }) => sender_id.open_id)).size).toBe(2)
  expect(new Set(ids.map(({ sender_id }) => sender_id.union_id)).size).toBe(1)
})

test('several bots and people are mentioned, each at its place', async () => {
  const { feishu, events, settled } = await start({
    apps: [
      { encryptKey: undefined, name: 'A' },
      { encryptKey: undefined, name: 'B' },
    ],
  })
  const group = feishu.group({ members: feishu.apps })
  const said = group.say('@_user_1 and @_user_3', { mention: feishu.apps, mentions: [{ name: 'Tom' }] })
  expect(said.event.message.content).toBe('{"text":"@_user_2 @_user_1 and @_user_3"}')
  const named = said.event.message.mentions?.map(({ key, name, mentioned_type }) => [key, name, mentioned_type])
  expect(named).toEqual([
    ['@_user_1', 'A', 'bot'],
    ['@_user_2', 'B', 'bot'],
    ['@_user_3', 'Tom', 'user'],
  ])
  await settled()
  // Each app knows its own bot by the open_id that bot/v3/info names.
  for (const { header, event } of events) {
    const app = feishu.apps.find(({ appId }) => appId === header.app_id)
    const { mentions } = event.message as { mentions: { id: { open_id: string } }[] }
    expect(mentions.filter(({ id }) => id.open_id === app?.openId)).toHaveLength(1)
  }
  expect(events.map(({ header }) => header.app_id).toSorted()).toEqual(feishu.apps.map(({ appId }) => appId).toSorted())
})

test('other kinds of messages come as they are; in a post the bot is mentioned by a tag', async () => {
  const { feishu } = await start()
  const group = feishu.group()
  const image = group.say({ type: 'image', content: { image_key: 'img_1' } }, { mention: false })
  expect(image.event.message).toMatchObject({ message_type: 'image', content: '{"image_key":"img_1"}' })
  const written = { title: '', content: [[{ tag: 'text', text: 'look', style: [] }]] }
  const post = group.say({ type: 'post', content: written })
  expect(JSON.parse(post.event.message.content).content[0]).toMatchObject([
    { tag: 'at', user_id: '@_user_1', user_name: 'Waystation' },
    { tag: 'text', text: 'look' },
  ])
})

test.each([
  ['im:message.group_at_msg:readonly', ['at']],
  ['im:message.group_msg', ['at', 'plain']],
  ['im:message.p2p_msg:readonly', ['direct']],
])('with %s an app is told of %j', async (scope, told) => {
  const { feishu, events, settled } = await start({ apps: [{ encryptKey: undefined, scopes: [scope] }] })
  const group = feishu.group()
  group.say({ type: 'text', content: { text: 'at' } })
  group.say({ type: 'text', content: { text: 'plain' } }, { mention: false })
  feishu.p2p().say('direct')
  await settled()
  const messages = events.map(({ event }) => event.message as { content: string; user_agent?: string })
  expect(messages.map(({ content }) => JSON.parse(content).text).toSorted()).toEqual(told)
  expect(messages[0]?.user_agent).toBeUndefined()
  expect(events[0]?.event.sender).not.toHaveProperty('sender_id.user_id')
})

test('a reply names what it answers and where that began', async () => {
  const { feishu } = await start()
  const chat = feishu.p2p()
  const first = chat.say('1').event.message.message_id
  const second = chat.say('2', { replyTo: first }).event.message
  const third = chat.say('3', { replyTo: second.message_id }).event.message
  expect(second).toMatchObject({ root_id: first, parent_id: first })
  expect(third).toMatchObject({ root_id: first, parent_id: second.message_id })
  expect(third.thread_id).toBeUndefined()
})

test('in a topic everything answers its root', async () => {
  const { feishu, reply } = await start()
  const topic = feishu.group().topic()
  const root = topic.say('root').event.message
  expect(root.thread_id).toBe(topic.thread)
  expect(root.root_id).toBeUndefined()
  await reply(root.message_id, text('answer'))
  const next = topic.say('next').event.message
  expect(next).toMatchObject({ thread_id: topic.thread, root_id: root.message_id, parent_id: root.message_id })
  expect(feishu.texts(topic)).toEqual(['answer'])
})

test('what else happens in a chat', async () => {
  const { feishu, events, settled, send } = await start()
  const chat = feishu.p2p()
  const { message_id: question } = chat.say('hi').event.message
  chat.enter()
  chat.recall(question)
  const group = feishu.group({ name: 'Team' })
  const answer = await send(group.id, text('x'))
  group.recall(String(answer.data.message_id))
  group.shut()
  group.say('nobody hears')
  group.addBot()
  await settled()
  // What is pushed begins in its order, whatever order it arrives in.
  expect(feishu.pushes.map(({ type }) => type)).toEqual([
    'im.message.receive_v1',
    'im.chat.access_event.bot_p2p_chat_entered_v1',
    'im.message.recalled_v1',
    'im.message.recalled_v1',
    'im.chat.member.bot.deleted_v1',
    'im.chat.member.bot.added_v1',
  ])
  const bodies = feishu.pushes.map(({ eventId }) => events.find(({ header }) => header.event_id === eventId)?.event)
  expect(bodies[1]).toMatchObject({ chat_id: chat.id, operator_id: { open_id: chat.openId } })
  expect(bodies[2]).toMatchObject({ message_id: question, chat_id: chat.id, recall_type: 'message_owner' })
  expect(bodies[5]).toMatchObject({ chat_id: group.id, name: 'Team' })
  expect(feishu.texts(group)).toEqual([])
})
