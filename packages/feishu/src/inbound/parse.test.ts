import { inboundMessageSchema } from '@waystation/domain'
import { expect, test } from 'vitest'
import { parseEvent } from './parse.ts'

const appId = 'cli_9f5343c580712544'
const bot = { openId: 'ou_bot', name: 'Bot' }
const arrival = { appId, bot, language: 'zh-CN', receivedAt: 1_700_000_001_000, traceId: '0123456789abcdef' }

const envelope = (event_type: string, event: unknown, header: object = {}) => ({
  schema: '2.0',
  header: { event_id: 'e1', event_type, create_time: '1700000000000', token: '', app_id: appId, ...header },
  event,
})
const parse = (type: string, event: unknown, header = {}) => parseEvent(envelope(type, event, header), arrival)

const sender = { sender_id: { open_id: 'ou_ann', union_id: 'on_ann', user_id: null }, sender_type: 'user' }
const written = {
  message_id: 'om_1',
  create_time: '1700000000000',
  chat_id: 'oc_1',
  chat_type: 'group',
  message_type: 'text',
  content: '{"text":"hello"}',
}

/** One message in a group, as it is parsed. */
function heard(fields: object) {
  const { messages } = parse('im.message.receive_v1', { sender, message: { ...written, ...fields } })
  return inboundMessageSchema.parse(messages[0])
}

const mention = (key: string, open_id: string, name: string) => ({ key, id: { open_id }, name })
const ofBot = mention('@_user_1', 'ou_bot', 'Bot')
const ofTom = mention('@_user_10', 'ou_tom', 'Tom')

/** The example of open.feishu.cn/document/server-docs/im-v1/message/events/receive. */
const official = {
  schema: '2.0',
  header: {
    event_id: '5e3702a84e847582be8db7fb73283c02',
    event_type: 'im.message.receive_v1',
    create_time: '1608725989000',
    token: 'rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV',
    app_id: 'cli_9f5343c580712544',
    tenant_key: '2ca1d211f64f6438',
  },
  event: {
    sender: {
      sender_id: {
        union_id: 'on_8ed6aa67826108097d9ee143816345',
        user_id: 'e33ggbyz',
        open_id: 'ou_84aad35d084aa403a838cf73ee18467',
      },
      sender_type: 'user',
      tenant_key: '736588c9260f175e',
    },
    message: {
      message_id: 'om_5ce6d572455d361153b7cb51da133945',
      root_id: 'om_5ce6d572455d361153b7cb5xxfsdfsdfdsf',
      parent_id: 'om_5ce6d572455d361153b7cb5xxfsdfsdfdsf',
      create_time: '1609073151345',
      update_time: '1687343654666',
      chat_id: 'oc_5ce6d572455d361153b7xx51da133945',
      thread_id: 'omt_d4be107c616',
      chat_type: 'group',
      message_type: 'text',
      content: '{"text":"@_user_1 hello"}',
      mentions: [
        {
          key: '@_user_1',
          id: {
            union_id: 'on_8ed6aa67826108097d9ee143816345',
            user_id: 'e33ggbyz',
            open_id: 'ou_84aad35d084aa403a838cf73ee18467',
          },
          mentioned_type: 'user',
          name: 'Tom',
          tenant_key: '736588c9260f175e',
        },
      ],
      user_agent: 'Mozilla/5.0 … Lark/6.7.5 LarkLocale/en_US ttnet SDK-Version/6.7.8',
    },
  },
}

test('the example of the documentation has everything that is known of it', () => {
  expect(parseEvent(official, arrival)).toEqual({
    messages: [
      {
        id: 'om_5ce6d572455d361153b7cb51da133945',
        conversation: 'feishu.cli_9f5343c580712544.oc_5ce6d572455d361153b7xx51da133945.omt_d4be107c616',
        sender: { id: 'ou_84aad35d084aa403a838cf73ee18467', language: 'en-US' },
        text: '@Tom hello',
        attachments: [],
        mentions: [{ id: 'ou_84aad35d084aa403a838cf73ee18467', name: 'Tom' }],
        addressed: 'no',
        sentAt: 1_609_073_151_345,
        receivedAt: 1_700_000_001_000,
        traceId: '0123456789abcdef',
      },
    ],
    ignored: [],
  })
})

test('the same mention of the bot calls it', () => {
  const me = { ...bot, openId: 'ou_84aad35d084aa403a838cf73ee18467' }
  const { messages } = parseEvent(official, { ...arrival, bot: me })
  expect(messages).toMatchObject([{ text: 'hello', mentions: [], addressed: 'mention' }])
})

test.each([
  ['@_user_1 hello', { text: 'hello', addressed: 'mention', mentions: [] }],
  ['so @_user_1 what?', { text: 'so what?' }],
  ['hey @_user_1, what?', { text: 'hey , what?' }],
  ['@_user_1你好', { text: '你好' }],
  ['@_user_10 @_user_1 hi', { text: '@Tom hi', mentions: [{ id: 'ou_tom', name: 'Tom' }] }],
  ['@_user_10@_user_1 hi', { text: '@Tom hi' }],
  ['@_user_1@_user_10 hi', { text: '@Tom hi' }],
  ['@_@_user_1user_10', { text: '@_user_10', mentions: [] }],
  ['@_user_2 who?', { text: '@_user_2 who?', mentions: [] }],
  ['@_user_1', { text: '@Bot', addressed: 'mention' }],
  [' @_user_1  @_user_1 ', { text: '@Bot  @Bot' }],
  ['@_user_1 /help', { text: '/help', command: 'help' }],
  ['/RESET @_user_1 now', { text: '/RESET now', command: 'reset' }],
  ['@_user_1 /retry', { text: '/retry', command: 'retry' }],
  ['@_user_1 /model pro', { text: '/model pro', command: 'model' }],
  ['@_user_1 /system\nBe like @_user_10.', { text: '/system\nBe like @Tom.', command: 'system' }],
  ['@_user_10 /help', { text: '@Tom /help' }],
  ['@_user_1 please /reset', { text: 'please /reset' }],
  ['@_user_1 /weather', { text: '/weather' }],
  ['@_user_1 /helpful', { text: '/helpful' }],
  ['@_all look', { text: '@all look', mentions: [{ name: 'all' }] }],
  ['大家好@_all。', { text: '大家好@all。', mentions: [{ name: 'all' }] }],
  ['@_allies @_all', { text: '@_allies @all' }],
])('in a group, "%s" is read rightly', (text, expected) => {
  const message = heard({ content: JSON.stringify({ text }), mentions: [ofBot, ofTom] })
  expect(message).toMatchObject(expected)
  expect(message.command).toBe('command' in expected ? expected.command : undefined)
})

test('a name that looks like a placeholder is a name', () => {
  const mentions = [mention('@_user_1', 'ou_eve', '@_user_2'), mention('@_user_2', 'ou_bot', 'Bot')]
  expect(heard({ content: '{"text":"@_user_1 hi"}', mentions }).text).toBe('@@_user_2 hi')
})

test('everybody is not the bot, be they listed or not', () => {
  const listed = { key: '@_all', id: { open_id: '', union_id: '', user_id: '' }, name: 'Everyone' }
  const content = '{"text":"@_all hi"}'
  for (const mentions of [[listed], [], null, undefined]) {
    expect(heard({ content, mentions })).toMatchObject({
      text: '@all hi',
      mentions: [{ name: 'all' }],
      addressed: 'no',
    })
  }
})

test('whoever has the name of the bot is not the bot', () => {
  const mentions = [{ ...mention('@_user_1', 'ou_other', 'Bot'), mentioned_type: 'bot' }]
  expect(heard({ content: '{"text":"@_user_1 hi"}', mentions })).toMatchObject({ text: '@Bot hi', addressed: 'no' })
})

test('in a private chat everything is for the bot', () => {
  expect(heard({ chat_type: 'p2p' })).toMatchObject({ addressed: 'direct', conversation: `feishu.${appId}.oc_1` })
  expect(heard({ chat_type: 'p2p', content: '{"text":"/stop"}' }).command).toBe('stop')
})

test('a reply names the message it answers, but the first message of a topic is not answered by all others', () => {
  expect(heard({ parent_id: 'om_0', root_id: 'om_0' }).replyTo).toEqual({ id: 'om_0', toBot: false })
  expect(heard({ parent_id: 'om_0', root_id: 'om_0', thread_id: 'omt_1' }).replyTo).toBeUndefined()
  expect(heard({ parent_id: 'om_9', root_id: 'om_0', thread_id: 'omt_1' }).replyTo?.id).toBe('om_9')
  expect(heard({ parent_id: '', root_id: '', thread_id: '' })).toEqual(heard({}))
})

test.each([
  ['1700000000123', 1_700_000_000_123],
  ['1700000000123456', 1_700_000_000_123],
])('an instant of %s is in ms', (create_time, sentAt) => {
  expect(heard({ create_time }).sentAt).toBe(sentAt)
})

test.each([
  ['Mozilla/5.0 Lark/7.0 LarkLocale/ja_JP ttnet', 'ja-JP'],
  ['Feishu LarkLocale/zh_CN', 'zh-CN'],
  ['Feishu LarkLocale/en', 'en'],
  ['Feishu', 'zh-CN'],
  [undefined, 'zh-CN'],
])('with %s somebody speaks %s', (user_agent, language) => {
  expect(heard({ user_agent }).sender).toEqual({ id: 'ou_ann', language })
})

test('a message that was taken back is recalled from the chat, whose topic is not told', () => {
  const recall = { message_id: 'om_1', chat_id: 'oc_1', recall_time: '1700000000', recall_type: 'message_owner' }
  expect(parse('im.message.recalled_v1', recall)).toEqual({
    messages: [],
    recalls: [{ conversation: `feishu.${appId}.oc_1`, messageId: 'om_1' }],
    ignored: [],
  })
})

const operator_id = { open_id: 'ou_ann', union_id: 'on_ann', user_id: null }
const entered = 'im.chat.access_event.bot_p2p_chat_entered_v1'
const added = 'im.chat.member.bot.added_v1'
const welcome = {
  id: 'welcome',
  conversation: `feishu.${appId}.oc_1`,
  sender: { id: 'ou_ann', language: 'zh-CN' },
  text: '/start',
  command: 'start',
  attachments: [],
  mentions: [],
  sentAt: 1_700_000_000_000,
  receivedAt: 1_700_000_001_000,
  traceId: '0123456789abcdef',
}

test('whoever opens the chat for the first time is welcomed', () => {
  for (const last of [{}, { last_message_id: '' }, { last_message_id: null }]) {
    const received = parse(entered, { chat_id: 'oc_1', operator_id, ...last }, { create_time: '1700000000000000' })
    expect(received).toEqual({ messages: [{ ...welcome, addressed: 'direct' }], ignored: [] })
  }
  expect(parse(entered, { chat_id: 'oc_1', operator_id, last_message_id: 'om_1' }).ignored).toEqual(['chat_entered'])
})

test('a group that takes the bot in is welcomed', () => {
  const received = parse(added, { chat_id: 'oc_1', operator_id, name: 'Team', external: false })
  expect(received).toEqual({ messages: [{ ...welcome, addressed: 'command' }], ignored: [] })
})

const said = (fields: object, by: object = sender) =>
  envelope('im.message.receive_v1', { sender: by, message: { ...written, ...fields } })

test.each([
  ['from_bot', said({}, { ...sender, sender_type: 'app' })],
  ['from_bot', said({}, { sender_type: 'bot', sender_id: null })],
  ['no_sender', said({}, { ...sender, sender_id: { open_id: '' } })],
  ['no_sender', envelope(added, { chat_id: 'oc_1' })],
  ['empty', said({ content: '{"text":" \\n"}' })],
  ['hongbao', said({ message_type: 'hongbao', content: '{"text":"[红包]"}' })],
  ['system', said({ message_type: 'system', content: 'not even JSON' })],
  ['todo', said({ message_type: 'todo' })],
  ['vote', said({ message_type: 'vote' })],
  ['video_chat', said({ message_type: 'video_chat' })],
  ['calendar', said({ message_type: 'calendar' })],
  ['general_calendar', said({ message_type: 'general_calendar' })],
  ['share_calendar_event', said({ message_type: 'share_calendar_event' })],
  ['share_chat', said({ message_type: 'share_chat', content: '{"chat_id":"oc_2"}' })],
  ['unknown', said({ message_type: 'a_type_of_the_future' })],
  ['message_read', envelope('im.message.message_read_v1', {})],
  ['reaction_created', envelope('im.message.reaction.created_v1', {})],
  ['reaction_deleted', envelope('im.message.reaction.deleted_v1', {})],
  ['chat_disbanded', envelope('im.chat.disbanded_v1', {})],
  ['bot_deleted', envelope('im.chat.member.bot.deleted_v1', {})],
  ['bot_menu', envelope('application.bot.menu_v6', {})],
  ['unknown', envelope('an.event.of.the.future_v9', {})],
  ['unknown', envelope('constructor', {})],
  ['schema_1', { ts: '1502199207.7', uuid: 'u1', token: 't', type: 'event_callback', event: { type: 'message' } }],
])('what asks for no answer is named: %s', (reason, event) => {
  expect(parseEvent(event, arrival)).toEqual({ messages: [], ignored: [reason] })
})

test.each([
  [null],
  ['text'],
  [[]],
  [{}],
  [{ schema: '2.0' }],
  [{ ...said({}), schema: '3.0' }],
  [envelope('im.message.receive_v1', undefined)],
  [envelope('im.message.message_read_v1', {}, { event_id: 'a.b' })],
  [said({ content: '{' })],
  [said({ content: 'null' })],
  [said({ content: '{"text":5}' })],
  [said({ message_type: 'post', content: '{}' })],
  [said({ message_type: 'image', content: '{}' })],
  [said({ create_time: 'yesterday' })],
  [said({ create_time: '99999999999999999' })],
  [said({ message_id: 'om_1.retry' })],
  [said({ chat_id: '' })],
  [said({ chat_id: 'oc:1' })],
  [said({ mentions: [{ key: 1 }] })],
  [envelope('im.message.recalled_v1', { message_id: 'om_1' })],
])('%j is refused as no event', event => {
  expect(() => parseEvent(event, arrival)).toThrow(expect.objectContaining({ name: 'Rejected', reason: 'bad_event' }))
})

test('half surrogate pairs and null bytes do not get in', () => {
  const mentions = [mention('@_user_1', 'ou_eve', 'E\0\udc00')]
  const message = heard({ content: JSON.stringify({ text: 'a\ud83d\0b @_user_1' }), mentions })
  expect([message.text, message.mentions]).toEqual(['a\ufffdb @E\ufffd', [{ id: 'ou_eve', name: 'E\ufffd' }]])
})
