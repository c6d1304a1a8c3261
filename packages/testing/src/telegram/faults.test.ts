import { Telegram } from 'telegraf'
import { expect, onTestFinished, test } from 'vitest'
import { startTelegram } from './simulator.ts'

async function start() {
  const telegram = await startTelegram()
  onTestFinished(() => telegram[Symbol.asyncDispose]())
  return { telegram, client: new Telegram(telegram.token, { apiRoot: telegram.apiRoot }) }
}

test('an injected answer befalls as many calls as were asked for', async () => {
  const { telegram, client } = await start()
  const chat = telegram.privateChat()
  telegram.fault('sendMessage', { status: 500 }, { times: 2 })
  await expect(client.sendMessage(chat.id, 'x')).rejects.toMatchObject({ code: 500 })
  await expect(client.sendMessage(chat.id, 'x')).rejects.toMatchObject({ code: 500 })
  await client.sendMessage(chat.id, 'x')
  expect(telegram.calls.map(({ method, status }) => ({ method, status }))).toEqual([
    { method: 'sendMessage', status: 500 },
    { method: 'sendMessage', status: 500 },
    { method: 'sendMessage', status: 200 },
  ])
})

test('a fault may be for one chat only, and last until it is ended', async () => {
  const { telegram, client } = await start()
  const [one, other] = [telegram.privateChat(), telegram.privateChat()]
  const end = telegram.fault(
    'sendMessage',
    { status: 403, description: 'Forbidden: x' },
    { times: Infinity, chat: one.id },
  )
  await expect(client.sendMessage(one.id, 'x')).rejects.toMatchObject({ code: 403, description: 'Forbidden: x' })
  await client.sendMessage(other.id, 'x')
  end()
  await client.sendMessage(one.id, 'x')
})

test('after an injected 429 the chat is to be left alone for the time it names', async () => {
  const { telegram, client } = await start()
  const chat = telegram.privateChat()
  telegram.fault('sendMessage', { status: 429, parameters: { retry_after: 60 } })
  await expect(client.sendMessage(chat.id, 'x')).rejects.toMatchObject({
    description: 'Too Many Requests: retry after 60',
  })
  expect(telegram.earlyCalls).toEqual([])
  await expect(client.sendChatAction(chat.id, 'typing')).rejects.toMatchObject({ code: 429 })
  expect(telegram.earlyCalls).toMatchObject([{ method: 'sendChatAction', chat: chat.id }])
})

test('a connection dropped before the call leaves nothing, one dropped after it leaves the message', async () => {
  const { telegram, client } = await start()
  const chat = telegram.privateChat()
  telegram.fault('sendMessage', { drop: 'before' })
  telegram.fault('sendMessage', { drop: 'after' })
  await expect(client.sendMessage(chat.id, 'lost')).rejects.toThrow()
  await expect(client.sendMessage(chat.id, 'doubtful')).rejects.toThrow()
  expect(telegram.texts(chat)).toEqual(['doubtful'])
})

test('a delayed call is done after the wait or before it', async () => {
  const { telegram, client } = await start()
  const chat = telegram.privateChat()
  telegram.fault('sendMessage', { delayMs: 100, when: 'before' })
  telegram.fault('sendMessage', { delayMs: 100, when: 'after' })
  await client.sendMessage(chat.id, 'one')
  await client.sendMessage(chat.id, 'two')
  const answeredAt = Date.now()
  const [one, two] = telegram.sent
  expect((one?.at ?? 0) - (telegram.calls[0]?.at ?? 0)).toBeGreaterThanOrEqual(90)
  expect(answeredAt - (two?.at ?? 0)).toBeGreaterThanOrEqual(90)
})

test("a proxy's page in place of an answer", async () => {
  const { telegram } = await start()
  telegram.fault('getMe', { status: 502, body: '<html>Bad Gateway</html>' })
  const answer = await fetch(`${telegram.apiRoot}/bot${telegram.token}/getMe`)
  expect([answer.status, await answer.text()]).toEqual([502, '<html>Bad Gateway</html>'])
})
