import { inboundMessageSchema } from '@waystation/domain'
import { telegramUpdate } from '@waystation/testing'
import { expect, test } from 'vitest'
import { parseUpdate } from './parse.ts'

const bot = { id: 77, username: 'My_Bot' }
const arrival = { bot, receivedAt: 1_700_000_001_000, traceId: '0123456789abcdef' }
const person = { id: 5, is_bot: false, first_name: 'Ann', last_name: 'Lee', language_code: 'zh-hans' }
const group = { id: -1001234567890, type: 'supergroup' }

const parse = (update: object) => parseUpdate({ update_id: 1, ...update }, arrival)

/** One message in a group, as it is parsed. */
function heard(fields: object, chat: object = group) {
  const { messages } = parse({ message: { message_id: 9, date: 1_700_000_000, from: person, chat, ...fields } })
  return inboundMessageSchema.parse(messages[0])
}

const privately = (fields: object) => heard(fields, { id: 5, type: 'private' })

const entity = (text: string, part: string, type: string) => ({ type, offset: text.indexOf(part), length: part.length })

test('a private message has everything that is known of it', () => {
  expect(privately({ text: 'hello' })).toEqual({
    id: '9',
    conversation: 'telegram.77.5',
    sender: { id: '5', name: 'Ann Lee', language: 'zh-hans' },
    text: 'hello',
    attachments: [],
    mentions: [],
    addressed: 'direct',
    sentAt: 1_700_000_000_000,
    receivedAt: 1_700_000_001_000,
    traceId: '0123456789abcdef',
  })
})

test('the update of the simulator is understood', () => {
  const { messages } = parseUpdate(telegramUpdate({ text: 'hi @my_bot', chat: -5 }), arrival)
  expect(messages).toMatchObject([{ text: 'hi', conversation: 'telegram.77.-5', addressed: 'mention' }])
})

test.each([
  ['hey @my_bot, what?', ['@my_bot', 'mention'], { text: 'hey , what?', addressed: 'mention' }],
  ['@MY_BOT what?', ['@MY_BOT', 'mention'], { text: 'what?', addressed: 'mention' }],
  ['so @my_bot what?', ['@my_bot', 'mention'], { text: 'so what?', addressed: 'mention' }],
  ['@my_bot', ['@my_bot', 'mention'], { text: '@my_bot', addressed: 'mention' }],
  ['😀 @my_bot 😀', ['@my_bot', 'mention'], { text: '😀 😀', addressed: 'mention' }],
  ['hey @other', ['@other', 'mention'], { text: 'hey @other', addressed: 'no', mentions: [{ name: 'other' }] }],
  ['@my_bot without an entity', ['entity', 'bold'], { text: '@my_bot without an entity', addressed: 'no' }],
  ['/help', ['/help', 'bot_command'], { text: '/help', command: 'help', addressed: 'command' }],
  ['/HELP@MY_bot me', ['/HELP@MY_bot', 'bot_command'], { text: '/HELP me', command: 'help', addressed: 'command' }],
  ['/help@other_bot', ['/help@other_bot', 'bot_command'], { text: '/help@other_bot', addressed: 'no' }],
  ['/weather', ['/weather', 'bot_command'], { text: '/weather', addressed: 'no' }],
  ['/weather@my_bot Rome', ['/weather@my_bot', 'bot_command'], { text: '/weather Rome', addressed: 'command' }],
  ['/model@my_bot pro', ['/model@my_bot', 'bot_command'], { text: '/model pro', command: 'model' }],
  ['/system@my_bot\nBe stern.', ['/system@my_bot', 'bot_command'], { text: '/system\nBe stern.', command: 'system' }],
  ['please /reset', ['/reset', 'bot_command'], { text: 'please /reset', addressed: 'no' }],
])('in a group, "%s" is read rightly', (text, [part = '', type = ''], expected) => {
  const message = heard({ text, entities: [entity(text, part, type)] })
  expect(message).toMatchObject({ mentions: [], ...expected })
  expect(message.command).toBe('command' in expected ? expected.command : undefined)
})

test('a command counts after the bot’s name too', () => {
  const text = '@my_bot /reset now'
  const entities = [entity(text, '/reset', 'bot_command'), entity(text, '@my_bot', 'mention')]
  expect(heard({ text, entities })).toMatchObject({ text: '/reset now', command: 'reset' })
})

test('people without a username are mentioned by id, and so is the bot', () => {
  const text = 'Bob and Bot'
  const named = (part: string, user: object) => ({ ...entity(text, part, 'text_mention'), user })
  const bob = { id: 6, is_bot: false, first_name: 'Bob' }
  const entities = [named('Bob', bob), named('Bot', { id: 77, is_bot: true, first_name: 'Bot' })]
  expect(heard({ text, entities })).toMatchObject({
    text: 'Bob and',
    addressed: 'mention',
    mentions: [{ id: '6', name: 'Bob' }],
  })
})

test('entities that reach beyond the text, overlap or repeat do no harm', () => {
  const entities = [
    { type: 'mention', offset: 100, length: 9 },
    { type: 'mention', offset: 0, length: 7 },
    { type: 'mention', offset: 0, length: 7 },
    { type: 'bot_command', offset: 3, length: 1000 },
    { type: 'text_mention', offset: 0, length: 0 },
  ]
  expect(heard({ text: '@my_bot hello', entities })).toMatchObject({ text: 'hello', addressed: 'mention' })
})

test('the reply to the bot’s message is meant for the bot; what is quoted of it wins', () => {
  const ofBot = { message_id: 3, from: { id: 77, is_bot: true, first_name: 'Bot' }, text: 'a long answer' }
  expect(heard({ text: 'why?', reply_to_message: ofBot })).toMatchObject({
    addressed: 'reply',
    replyTo: { id: '3', text: 'a long answer', toBot: true },
  })
  expect(heard({ text: 'why?', reply_to_message: ofBot, quote: { text: 'long' } }).replyTo?.text).toBe('long')
})

test('the reply to a person is not, unless the bot is named', () => {
  const ofBob = { message_id: 3, from: { id: 6, is_bot: false, first_name: 'Bob' }, caption: 'look' }
  expect(heard({ text: 'nice', reply_to_message: ofBob })).toMatchObject({
    addressed: 'no',
    replyTo: { text: 'look', toBot: false },
  })
  const text = '@my_bot translate'
  const entities = [entity(text, '@my_bot', 'mention')]
  expect(heard({ text, entities, reply_to_message: ofBob })).toMatchObject({ addressed: 'mention' })
})

test('a command for another bot is not for us, even in reply to our message', () => {
  const ofBot = { message_id: 3, from: { id: 77, is_bot: true, first_name: 'Bot' } }
  const text = '/ban@other_bot'
  const entities = [entity(text, text, 'bot_command')]
  expect(heard({ text, entities, reply_to_message: ofBot })).toMatchObject({ addressed: 'no' })
})

test('what is quoted from another chat is known, though its message is not', () => {
  expect(privately({ text: 'true?', quote: { text: 'the moon' }, external_reply: {} }).replyTo).toEqual({
    id: 'elsewhere',
    text: 'the moon',
    toBot: false,
  })
})

test('a topic is a conversation of its own, and its first message is not answered by all others', () => {
  const opened = { message_id: 4, from: { id: 77, is_bot: true, first_name: 'Bot' }, forum_topic_created: {} }
  const message = heard({ text: 'x', message_thread_id: 4, is_topic_message: true, reply_to_message: opened })
  expect(message).toMatchObject({ conversation: 'telegram.77.-1001234567890.4', addressed: 'no' })
  expect(message.replyTo).toBeUndefined()
})

test('a thread of replies in an ordinary group is no topic', () => {
  const first = { message_id: 4, from: { id: 77, is_bot: true, first_name: 'Bot' } }
  const message = heard({ text: 'x', message_thread_id: 4, reply_to_message: first })
  expect(message).toMatchObject({ conversation: 'telegram.77.-1001234567890', addressed: 'reply' })
})

test('an edit is a message of its own that corrects the first', () => {
  const edited_message = {
    message_id: 9,
    date: 1_700_000_000,
    edit_date: 1_700_000_060,
    from: person,
    chat: group,
    text: 'x',
  }
  expect(parse({ edited_message }).messages).toMatchObject([{ id: '9.e1700000060', edits: '9', text: 'x' }])
})

test.each([
  ['photo', [{ file_id: 's' }, { file_id: 'l', file_size: 9 }], { kind: 'image', id: 'l', sizeBytes: 9 }],
  ['document', { file_id: 'd', file_name: 'a.pdf' }, { kind: 'file', id: 'd', name: 'a.pdf' }],
  ['voice', { file_id: 'v' }, { kind: 'audio', id: 'v' }],
  ['audio', { file_id: 'a' }, { kind: 'audio', id: 'a' }],
  ['video', { file_id: 'v' }, { kind: 'video', id: 'v' }],
  ['video_note', { file_id: 'v' }, { kind: 'video', id: 'v' }],
  ['sticker', { file_id: 's' }, { kind: 'sticker', id: 's' }],
  ['location', { latitude: 1, longitude: 2 }, { kind: 'location' }],
  ['contact', { phone_number: '1', first_name: 'Bob' }, { kind: 'contact', name: 'Bob' }],
])('a %s is an attachment', (kind, content, attachment) => {
  expect(privately({ [kind]: content })).toMatchObject({ text: '', attachments: [attachment] })
})

test('an animation, which is a document too, counts once; its caption is the text', () => {
  const file = { file_id: 'a', file_name: 'a.gif' }
  expect(privately({ animation: file, document: file, caption: 'look' })).toMatchObject({
    text: 'look',
    attachments: [{ kind: 'video', id: 'a', name: 'a.gif' }],
  })
})

test('an administrator who writes as the group is somebody', () => {
  const anonymous = { id: 1087968824, is_bot: true, first_name: 'Group' }
  const message = heard({ text: 'x', from: anonymous, sender_chat: { id: group.id, title: 'Team' } })
  expect(message.sender).toEqual({ id: String(group.id), name: 'Team' })
})

const inGroup = { message_id: 9, date: 1_700_000_000, from: person, chat: group }
test.each([
  ['from_bot', { message: { ...inGroup, from: { ...person, is_bot: true }, text: 'x' } }],
  ['no_sender', { message: { ...inGroup, from: undefined, text: 'x' } }],
  ['automatic_forward', { message: { ...inGroup, is_automatic_forward: true, text: 'x' } }],
  ['channel_post', { message: { ...inGroup, chat: { id: -1, type: 'channel' }, text: 'x' } }],
  ['channel_post', { channel_post: { text: 1 } }],
  ['edited_media', { edited_message: { ...inGroup, location: {} } }],
  ['migrate_to_chat_id', { message: { ...inGroup, migrate_to_chat_id: -100 } }],
  ['new_chat_members', { message: { ...inGroup, new_chat_members: [] } }],
  ['forum_topic_created', { message: { ...inGroup, forum_topic_created: {} } }],
  ['dice', { message: { ...inGroup, dice: {} } }],
  ['empty', { message: { ...inGroup, something_new: {} } }],
  ['empty', { message: { ...inGroup, text: ' \n' } }],
  ['callback_query', { callback_query: {} }],
  ['my_chat_member', { my_chat_member: {} }],
  ['stopped_message_generation', { stopped_message_generation: {} }],
  ['unknown', { a_kind_of_the_future: {} }],
  ['unknown', {}],
])('what asks for no answer is named: %s', (reason, update) => {
  expect(parse(update)).toEqual({ messages: [], ignored: [reason] })
})

test.each([
  [null],
  ['text'],
  [[]],
  [{}],
  [{ update_id: 'x' }],
  [{ update_id: 1, message: 'x' }],
  [{ update_id: 1, message: null }],
  [{ update_id: 1, message: { ...inGroup, text: 5 } }],
  [{ update_id: 1, message: { ...inGroup, date: 1e300 } }],
  [{ update_id: 1, message: { ...inGroup, chat: { id: 1.5, type: 'group' } } }],
  [{ update_id: 1, message: { ...inGroup, text: 'x', entities: [{ type: 'mention', offset: -1, length: 3 }] } }],
])('%j is refused as no update', update => {
  expect(() => parseUpdate(update, arrival)).toThrow(expect.objectContaining({ reason: 'bad_update' }))
})

test('half surrogate pairs and null bytes do not get in', () => {
  const message = privately({ text: 'a\ud83d\0b', from: { ...person, first_name: 'A\0\udc00' } })
  expect([message.text, message.sender.name]).toEqual(['a\ufffdb', 'A\ufffd Lee'])
})
