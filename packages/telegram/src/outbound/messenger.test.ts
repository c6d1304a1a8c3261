import { type ConversationId, conversationId, type Reply } from '@waystation/domain'
import { startTelegram, type TelegramSimulator } from '@waystation/testing'
import { expect, test } from 'vitest'
import { telegramMessenger } from './index.ts'

const { signal } = new AbortController()

const conversationIn = ({ bot }: TelegramSimulator, { id, thread }: { id: number; thread?: number }): ConversationId =>
  conversationId({
    channel: 'telegram',
    bot: String(bot.id),
    chat: String(id),
    ...(thread === undefined ? {} : { thread: String(thread) }),
  })

const replyIn = (conversation: ConversationId, text = 'hello', inReplyTo = '1'): Reply => ({
  id: 'reply-1',
  conversation,
  inReplyTo,
  state: 'final',
  text,
  traceId: 'trace',
  receivedAt: 0,
})

/** Sends a whole text, part by part, as the sender does. */
async function sendAll(telegram: TelegramSimulator, reply: Reply): Promise<string[]> {
  const messenger = telegramMessenger(telegram)
  const receipts: string[] = []
  for (const [index, part] of messenger.split(reply.text).entries()) {
    receipts.push(await messenger.send(reply, part, index, signal))
  }
  return receipts
}

test('a reply arrives formatted, and its receipt is the id of the message', async () => {
  await using telegram = await startTelegram()
  const chat = telegram.privateChat()
  const receipts = await sendAll(
    telegram,
    replyIn(conversationIn(telegram, chat), '**hello** <you> & [me](http://x.y)'),
  )
  const [sent] = telegram.sent
  expect(sent).toMatchObject({ text: 'hello <you> & me', html: expect.stringContaining('<b>hello</b>') })
  expect(receipts).toEqual([String(sent?.messageId)])
})

test('a long reply arrives in parts that Telegram takes, in order', async () => {
  await using telegram = await startTelegram()
  const chat = telegram.privateChat()
  const text = `# Title\n\n${'- **word** `code` and more\n'.repeat(1000)}\n\`\`\`ts\n${'const x = "<y>"\n'.repeat(1000)}\`\`\`\n`
  const receipts = await sendAll(telegram, replyIn(conversationIn(telegram, chat), text))
  expect(receipts.length).toBeGreaterThan(5)
  expect(telegram.sent.every(({ html }) => html !== undefined)).toBe(true)
  const shown = telegram.texts(chat).join('\n')
  expect(shown.match(/• word code and more/g)).toHaveLength(1000)
  expect(shown.match(/const x = "<y>"/g)).toHaveLength(1000)
})

test('markup that Telegram does not read is sent again as plain text', async () => {
  await using telegram = await startTelegram()
  const chat = telegram.privateChat()
  const reply = replyIn(conversationIn(telegram, chat))
  const messenger = telegramMessenger(telegram)
  const receipt = await messenger.send(reply, '<b>1 &lt; 2</i>', 0, signal)
  await messenger.draft({ ...reply, text: 'x' }, signal)
  expect(telegram.texts(chat)).toEqual(['1 < 2'])
  await messenger.edit(reply, '<nonsense>3 &amp; 4', receipt, signal)
  expect(telegram.texts(chat)).toEqual(['3 & 4'])
})

test('a part that Telegram finds too long arrives in two pieces', async () => {
  await using telegram = await startTelegram()
  const chat = telegram.privateChat()
  const part = `${'a'.repeat(2500)} ${'b'.repeat(2500)}`
  const receipt = await telegramMessenger(telegram).send(replyIn(conversationIn(telegram, chat)), part, 0, signal)
  expect(telegram.texts(chat).join(' ')).toBe(part)
  expect(receipt).toBe(String(telegram.sent[0]?.messageId))
})

test('in a group the first part answers the person’s message, edited or not; in private none does', async () => {
  await using telegram = await startTelegram()
  const messenger = telegramMessenger(telegram)
  const group = telegram.group()
  const asked = String(group.say('question').message?.message_id)
  const inGroup = conversationIn(telegram, group)
  await messenger.send(replyIn(inGroup, '', asked), 'a', 0, signal)
  await messenger.send(replyIn(inGroup, '', asked), 'b', 1, signal)
  await messenger.send(replyIn(inGroup, '', `${asked}.e1700000000`), 'c', 0, signal)
  await messenger.send(replyIn(inGroup, '', '99999'), 'gone', 0, signal)
  const person = telegram.privateChat()
  const askedInPrivate = String(person.say('question').message?.message_id)
  await messenger.send(replyIn(conversationIn(telegram, person), '', askedInPrivate), 'd', 0, signal)
  expect(telegram.sent.map(({ text, replyTo }) => [text, replyTo])).toEqual([
    ['a', Number(asked)],
    ['b', undefined],
    ['c', Number(asked)],
    ['gone', undefined],
    ['d', undefined],
  ])
})

test('a topic’s replies and "typing" go to the topic; a deleted topic refuses them', async () => {
  await using telegram = await startTelegram()
  const messenger = telegramMessenger(telegram)
  const topic = telegram.forum().topic('Plans')
  const conversation = conversationIn(telegram, topic)
  await messenger.send(replyIn(conversation), 'x', 0, signal)
  await messenger.typing(replyIn(conversation), signal)
  expect(telegram.texts(topic)).toEqual(['x'])
  expect(telegram.actions).toMatchObject([{ thread: topic.thread, action: 'typing' }])
  topic.remove()
  await expect(messenger.send(replyIn(conversation), 'x', 0, signal)).rejects.toMatchObject({ reason: 'thread_gone' })
})

test('drafts of one reply take each other’s place and show its end', async () => {
  await using telegram = await startTelegram()
  const chat = telegram.privateChat()
  const messenger = telegramMessenger(telegram)
  const reply = replyIn(conversationIn(telegram, chat))
  for (const text of ['', 'Hel', 'Hello **wor', `${'long '.repeat(1000)}end`]) {
    await messenger.draft({ ...reply, state: 'open', text }, signal)
  }
  expect(new Set(telegram.drafts.map(({ draftId }) => draftId)).size).toBe(1)
  expect(telegram.drafts.map(({ text }) => text).slice(0, 3)).toEqual(['…', 'Hel', 'Hello **wor'])
  expect(telegram.drafts[3]?.text).toMatch(/^long .* end$/)
  expect(telegram.sent).toEqual([])
})

test('an edit changes the message; the same edit again is no failure; one of a deleted message says so', async () => {
  await using telegram = await startTelegram()
  const group = telegram.group()
  const messenger = telegramMessenger(telegram)
  const reply = replyIn(conversationIn(telegram, group))
  const receipt = await messenger.send(reply, 'one', 0, signal)
  await messenger.edit(reply, '<b>two</b>', receipt, signal)
  await messenger.edit(reply, '<b>two</b>', receipt, signal)
  expect(telegram.sent[0]).toMatchObject({ text: 'two', edits: [{ text: 'two' }] })
  await expect(messenger.edit(reply, 'three', '99999', signal)).rejects.toMatchObject({ reason: 'message_gone' })
})

test('a group that became a supergroup gets the reply at once, and from then on', async () => {
  await using telegram = await startTelegram()
  const group = telegram.group()
  const conversation = conversationIn(telegram, group)
  const supergroup = group.migrate()
  const messenger = telegramMessenger(telegram)
  await messenger.send(replyIn(conversation), 'one', 0, signal)
  await messenger.send(replyIn(conversation), 'two', 0, signal)
  expect(telegram.texts(supergroup)).toEqual(['one', 'two'])
  expect(telegram.calls.map(({ status }) => status)).toEqual([400, 200, 200])
})

test('a chat that is gone is refused with the reason', async () => {
  await using telegram = await startTelegram()
  const messenger = telegramMessenger(telegram)
  const send = (chat: { id: number }) => messenger.send(replyIn(conversationIn(telegram, chat)), 'x', 0, signal)
  const person = telegram.privateChat()
  person.shut()
  await expect(send(person)).rejects.toMatchObject({ reason: 'blocked_by_user' })
  const group = telegram.group()
  group.shut()
  await expect(send(group)).rejects.toMatchObject({ reason: 'removed_from_chat' })
  await expect(send({ id: 987_654 })).rejects.toMatchObject({ reason: 'chat_not_found' })
})

test('private chats stream by drafts, groups by slower edits', async () => {
  await using telegram = await startTelegram()
  const messenger = telegramMessenger(telegram)
  expect(messenger.streaming(conversationIn(telegram, { id: 5 }))).toMatchObject({ style: 'draft' })
  expect(messenger.streaming(conversationIn(telegram, { id: -5 }))).toMatchObject({ style: 'edit' })
})
