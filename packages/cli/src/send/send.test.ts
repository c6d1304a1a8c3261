import { callWaystation, key, openTerminal, pipeIntoWaystation, type Station, startStation } from '@waystation/testing'
import { expect, test } from 'vitest'

const send = (station: Station, ...words: string[]) => callWaystation(station.redis.env, 'send', ...words)
const pipe = (station: Station, stdin: string | Buffer, ...words: string[]) =>
  pipeIntoWaystation(stdin, station.redis.env, 'send', ...words)
const idOf = ({ telegram }: Station, { id }: { id: number }) => `telegram.${telegram.bot.id}.${id}`

test('what is sent stands in its chat once, as markdown, and in no history', async () => {
  await using station = await startStation({ feishu: {} })
  const { telegram, feishu, model } = station
  const [chat, topic, team] = [telegram.privateChat(), telegram.forum().topic('News'), feishu.group()]
  const sent = await send(station, idOf(station, chat), 'Down at **9**. 🎉 שלום')
  expect(sent).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^Delivered within [\d.]+ s: \d+\n$/),
    stderr: expect.any(String),
  })
  expect(telegram.texts(chat)).toEqual(['Down at 9. 🎉 שלום'])
  expect(telegram.sent[0]?.replyTo).toBeUndefined()

  const piped = await pipe(station, 'two\n\nparagraphs\n', `${idOf(station, topic)}.${topic.thread}`, '--json')
  expect(JSON.parse(piped.stdout)).toEqual({
    conversation: `${idOf(station, topic)}.${topic.thread}`,
    replyId: expect.any(String),
    traceId: expect.stringMatching(/^[\da-f]{32}$/),
    state: 'delivered',
    receipts: [String(telegram.sent.at(-1)?.messageId)],
    verdict: expect.stringMatching(/^Delivered/),
  })
  expect(telegram.texts(topic)).toEqual(['two\n\nparagraphs'])
  expect((await pipe(station, 'hello', `feishu.${feishu.app.appId}.${team.id}`, '-')).code).toBe(0)
  expect(feishu.texts(team)).toEqual(['hello'])

  chat.say('hi')
  await station.settled()
  expect(JSON.stringify(model.requests)).not.toContain('Down at')
})

test('a page shows what is sent to it; one that nobody opened is not there', async () => {
  await using station = await startStation({ telegram: 'none' })
  const page = await fetch(`${station.web}/`)
  const cookie = page.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const headers = { cookie, 'content-type': 'application/json' }
  const body = JSON.stringify({ id: crypto.randomUUID(), text: 'hi' })
  await fetch(`${station.web}/api/messages`, { method: 'POST', headers, body })
  await station.settled()
  const listed = await callWaystation(station.redis.env, 'conversations', 'list', '--json')
  const [{ conversation }] = JSON.parse(listed.stdout)
  expect((await send(station, conversation, 'We are back.')).code).toBe(0)
  const stream = await fetch(`${station.web}/api/events`, { headers: { cookie } })
  let shown = ''
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    shown += chunk
    if (shown.includes('We are back.')) break
  }
  expect(shown).toContain('"text":"We are back."')
  expect(await send(station, 'web.chat.nobody', 'hello')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^Nothing is known of this conversation/),
  })
})

test('100 KB arrive in parts with a receipt each', async () => {
  await using station = await startStation({ telegram: {} })
  const { telegram } = station
  const chat = telegram.privateChat()
  const paragraphs = Array.from({ length: 650 }, (_, index) => `**${index}** `.padEnd(156, 'x'))
  const sent = await pipe(station, paragraphs.join('\n\n'), idOf(station, chat), '--json')
  expect(sent.code).toBe(0)
  const { receipts } = JSON.parse(sent.stdout)
  expect(receipts.length).toBeGreaterThan(20)
  expect(receipts).toEqual(telegram.sent.map(({ messageId }) => String(messageId)))
  expect(telegram.texts(chat).join('\n\n').split('\n\n')).toEqual(paragraphs.map(text => text.replaceAll('*', '')))
})

test('while a platform asks for a pause it says so, and until when; behind another reply too', async () => {
  await using station = await startStation()
  const { telegram } = station
  const chat = telegram.privateChat()
  const limited = (seconds: number) =>
    telegram.fault('sendMessage', {
      status: 429,
      description: 'Too Many Requests',
      parameters: { retry_after: seconds },
    })
  limited(1)
  expect((await send(station, idOf(station, chat), 'one')).code).toBe(0)
  expect(telegram.texts(chat)).toEqual(['one'])

  limited(3_000)
  const pause = String.raw`until \d+:\d+:\d+ \S+: the platform asks for a pause, or is away`
  for (const words of ['Put off', 'The reply before it is put off']) {
    using terminal = openTerminal('/', station.redis.env, 'send', idOf(station, chat), 'two')
    await terminal.when(new RegExp(`${words} ${pause}`))
    terminal.type(key('ctrl-c'))
    expect(await terminal.ended).toBe(130)
  }
  expect(telegram.texts(chat)).toEqual(['one'])
})

test('what cannot arrive is told with the reason', async () => {
  await using station = await startStation()
  const { telegram } = station
  const gone = telegram.privateChat()
  gone.shut()
  const sent = await send(station, idOf(station, gone), 'hello', '--json')
  expect(sent.code).toBe(1)
  const { state, receipts, verdict, replyId } = JSON.parse(sent.stdout)
  expect({ state, receipts }).toEqual({ state: 'dead', receipts: [] })
  expect(verdict).toBe(`The reply could not be delivered (blocked_by_user). \`waystation dlq show ${replyId}\` has it.`)
  expect((await send(station, `telegram.${telegram.bot.id}.99`, 'hello')).stdout).toMatch(/\(chat_not_found\)/)
  expect(await send(station, 'telegram.5.99', 'hello')).toEqual({
    code: 1,
    stdout: `No sender has the bot telegram.5. There are: web.chat, telegram.${telegram.bot.id}\n`,
    stderr: '',
  })
  expect(await send(station, 'feishu.cli_1.oc_1.omt_1', 'hello')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^In a topic of Feishu a bot can only answer\./),
  })
  const letters = await callWaystation(station.redis.env, 'dlq', 'list', '--json')
  expect(JSON.parse(letters.stdout)).toHaveLength(2)
})

test('what is no text for a chat is not sent', async () => {
  await using station = await startStation()
  const id = idOf(station, station.telegram.privateChat())
  const wrong = (stdin: string | Buffer, ...words: string[]) => pipe(station, stdin, id, ...words)
  const told = (stderr: string) => ({ code: 2, stdout: '', stderr: `${stderr}\n` })
  expect(await wrong(' \n\n')).toEqual(told('There is nothing to send.'))
  expect(await wrong('', '')).toEqual(told('There is nothing to send.'))
  expect(await wrong(Buffer.from([0xff, 0xfe]))).toEqual(told('That is no text in UTF-8.'))
  expect(await wrong('a\0b')).toEqual(told('That is no text in UTF-8.'))
  const tooLong = told('That is more than 128 KiB, too much to say in a chat.')
  expect(await wrong('x'.repeat(128 * 1024 + 1))).toEqual(tooLong)
  expect(await send(station, 'telegram', 'hello')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/names no conversation/),
  })
  expect(station.telegram.sent).toEqual([])
})

test('without a sender it says that it is stuck; after Ctrl-C it is still on its way', async () => {
  await using station = await startStation({ processes: { 'gateway-telegram': 1 } })
  const { telegram } = station
  const chat = telegram.privateChat()
  using terminal = openTerminal('/', station.redis.env, 'send', idOf(station, chat), 'hello')
  await terminal.when(/The reply waits for a sender, but no process that could go on with it runs\./)
  terminal.type(key('ctrl-c'))
  const [, id = ''] = /trace (\S+)/.exec(await terminal.when(/waystation trace [\da-f-]{36}/)) ?? []
  expect(await terminal.ended).toBe(130)
  await station.start('sender')
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['hello'])
  const traced = await callWaystation(station.redis.env, 'trace', id, '--json')
  expect(JSON.parse(traced.stdout)).toMatchObject([{ state: 'delivered' }])
})
