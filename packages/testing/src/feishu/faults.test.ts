import { expect, test } from 'vitest'
import { eventually, startWithBot, text } from './bot.ts'

test('an injected answer befalls as many calls as were asked for', async () => {
  const { feishu, send } = await startWithBot()
  const chat = feishu.p2p()
  feishu.fault('send', { code: 230049, msg: 'The message is being sent.' }, { times: 2 })
  const refused = { status: 400, code: 230049, msg: 'The message is being sent.' }
  expect(await send(chat.id, text('x'))).toMatchObject(refused)
  expect(await send(chat.id, text('x'))).toMatchObject(refused)
  expect(await send(chat.id, text('x'))).toMatchObject({ status: 200, code: 0 })
  expect(feishu.calls.flatMap(({ endpoint, code }) => (endpoint === 'send' ? [code] : []))).toEqual([230049, 230049, 0])
})

test('a fault may be for one chat only, and last until it is ended', async () => {
  const { feishu, send, reply } = await startWithBot()
  const [one, other] = [feishu.p2p(), feishu.p2p()]
  const said = one.say('hi').event.message.message_id
  const end = feishu.fault('reply', { code: 230035, status: 403 }, { times: Infinity, chat: one.id })
  expect(await reply(said, text('x'))).toMatchObject({ status: 403, code: 230035 })
  expect((await reply(other.say('hi').event.message.message_id, text('x'))).code).toBe(0)
  expect((await send(one.id, text('x'))).code).toBe(0)
  end()
  expect((await reply(said, text('x'))).code).toBe(0)
})

test('after an injected rate limit the endpoint is to be left alone until its reset', async () => {
  const { feishu, send } = await startWithBot()
  const chat = feishu.p2p()
  feishu.fault('send', { code: 99991400, headers: { 'x-ogw-ratelimit-reset': '60' } })
  const refused = await send(chat.id, text('x'))
  expect(refused).toMatchObject({ status: 429, code: 99991400 })
  expect(refused.headers.get('x-ogw-ratelimit-reset')).toBe('60')
  expect(feishu.earlyCalls).toEqual([])
  expect((await send(chat.id, text('x'))).code).toBe(99991400)
  expect(feishu.earlyCalls).toMatchObject([{ endpoint: 'send', chat: chat.id }])
})

test('a connection dropped before the call leaves nothing, one dropped after it leaves the message', async () => {
  const { feishu, send } = await startWithBot()
  const chat = feishu.p2p()
  feishu.fault('send', { drop: 'before' })
  feishu.fault('send', { drop: 'after' })
  await expect(send(chat.id, text('lost'))).rejects.toThrow()
  await expect(send(chat.id, { ...text('doubtful'), uuid: 'u1' })).rejects.toThrow()
  expect(feishu.texts(chat)).toEqual(['doubtful'])
  expect((await send(chat.id, { ...text('doubtful'), uuid: 'u1' })).code).toBe(0)
  expect(feishu.texts(chat)).toEqual(['doubtful'])
})

test('a delayed call is done after the wait or before it', async () => {
  const { feishu, send } = await startWithBot()
  const chat = feishu.p2p()
  feishu.fault('send', { delayMs: 100, when: 'before' })
  feishu.fault('send', { delayMs: 100, when: 'after' })
  await send(chat.id, text('one'))
  await send(chat.id, text('two'))
  const answeredAt = Date.now()
  const [one, two] = feishu.sent
  const calledAt = feishu.calls.find(({ endpoint }) => endpoint === 'send')?.at ?? 0
  expect((one?.at ?? 0) - calledAt).toBeGreaterThanOrEqual(90)
  expect(answeredAt - (two?.at ?? 0)).toBeGreaterThanOrEqual(90)
})

test("a proxy's page in place of an answer", async () => {
  const { feishu } = await startWithBot()
  feishu.fault('token', { status: 502, body: '<html>Bad Gateway</html>' })
  const path = '/open-apis/auth/v3/tenant_access_token/internal'
  const answer = await fetch(feishu.baseUrl + path, { method: 'POST', body: '{}' })
  expect([answer.status, await answer.text()]).toEqual([502, '<html>Bad Gateway</html>'])
  expect(feishu.calls).toMatchObject([{ endpoint: 'token', status: 502 }])
})

test('calls under way are counted, and a message is told of when it appears', async () => {
  const told: string[] = []
  const { feishu, send, tokenOf } = await startWithBot({ onSent: ({ text }) => void told.push(text) })
  await tokenOf()
  feishu.fault('send', { delayMs: 100, when: 'after' })
  const answered = send(feishu.p2p().id, text('hi'))
  await eventually(() => told).toEqual(['hi'])
  expect(feishu.unfinished().calls).toBe(1)
  await answered
  expect(feishu.unfinished().calls).toBe(0)
})
