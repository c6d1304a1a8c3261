import { once } from 'node:events'
import { createServer } from 'node:http'
import { inspect } from 'node:util'
import { Unanswered, Unavailable } from '@waystation/domain'
import { startTelegram } from '@waystation/testing'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { botApi } from './api.ts'
import { TokenRefused } from './errors.ts'

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    error => error,
  )

test('a call returns the parsed result, over connections that are kept', async () => {
  await using telegram = await startTelegram()
  const api = botApi(telegram)
  onTestFinished(api.close)
  const me = z.object({ id: z.number(), username: z.string() })
  expect(await api.call('getMe', {}, me)).toEqual(telegram.bot)
})

test.each([
  ['429 with the platform’s delay', { status: 429, parameters: { retry_after: 7 } }, { retryAfterMs: 7000 }],
  ['429 of a proxy', { status: 429, body: 'slow down' }, { retryAfterMs: undefined }],
  ['5xx', { status: 502 }, {}],
  ['5xx with HTML', { status: 502, body: '<html>Bad Gateway</html>' }, {}],
  ['a proxy’s 200 with HTML', { status: 200, body: '<html>Welcome</html>' }, {}],
  ['a 200 with another shape', { status: 200, body: '{"ok":true,"result":"none"}' }, {}],
  ['a 403 that is not Telegram’s', { status: 403, body: '{"error":"no"}' }, {}],
  ['a second poller', { status: 409, description: 'Conflict: terminated by other getUpdates request' }, {}],
])('%s means: later', async (_, fault, expected) => {
  await using telegram = await startTelegram()
  const api = botApi(telegram)
  onTestFinished(api.close)
  telegram.fault('getMe', fault)
  const error = await failureOf(api.call('getMe', {}, z.object({ id: z.number() })))
  expect(error).toBeInstanceOf(Unavailable)
  expect(error).not.toBeInstanceOf(Unanswered)
  expect(error).toMatchObject(expected)
})

test.each([
  ['Forbidden: user is deactivated', 403, 'user_deactivated'],
  ["Forbidden: bot can't initiate conversation with a user", 403, 'never_started'],
  ['Forbidden: something new', 403, 'forbidden'],
  ['Bad Request: not enough rights to send text messages to the chat', 400, 'not_allowed_to_write'],
  ['Bad Request: something new', 400, 'bad_request'],
])('"%s" is refused for good, with a reason fit for a label', async (description, status, reason) => {
  await using telegram = await startTelegram()
  const api = botApi(telegram)
  onTestFinished(api.close)
  telegram.fault('sendMessage', { status, description })
  expect(await failureOf(api.call('sendMessage', {}, z.unknown()))).toMatchObject({ name: 'Rejected', reason })
})

test('a server that cannot be reached is told from one that took the request and never answered', async () => {
  await using telegram = await startTelegram()
  const api = botApi(telegram)
  onTestFinished(api.close)
  telegram.fault('sendMessage', { drop: 'after' })
  expect(await failureOf(api.call('sendMessage', {}, z.unknown()))).toBeInstanceOf(Unanswered)
  telegram.fault('sendMessage', { delayMs: 60_000, when: 'after' })
  const late = await failureOf(api.call('sendMessage', {}, z.unknown(), { timeLimitMs: 100 }))
  expect(late).toBeInstanceOf(Unanswered)

  const nobody = botApi({ apiRoot: 'http://127.0.0.1:1', token: '1:x' })
  onTestFinished(nobody.close)
  const unreached = await failureOf(nobody.call('getMe', {}, z.unknown()))
  expect(unreached).toBeInstanceOf(Unavailable)
  expect(unreached).not.toBeInstanceOf(Unanswered)
})

test('a call ends with its signal, for the signal’s reason', async () => {
  await using telegram = await startTelegram()
  const api = botApi(telegram)
  onTestFinished(api.close)
  const reason = new Error('stopped')
  expect(await failureOf(api.call('getMe', {}, z.unknown(), { signal: AbortSignal.abort(reason) }))).toBe(reason)
})

test('a token that is wrong, or none at all, is a failure of its own', async () => {
  await using telegram = await startTelegram()
  for (const token of ['1:wrong', 'not/a/token']) {
    const api = botApi({ apiRoot: telegram.apiRoot, token })
    onTestFinished(api.close)
    expect(await failureOf(api.call('getMe', {}, z.unknown()))).toBeInstanceOf(TokenRefused)
  }
})

test('an API root may have a path of its own', async () => {
  const paths: (string | undefined)[] = []
  const server = createServer((request, response) => {
    paths.push(request.url)
    response.end('{"ok":true,"result":true}')
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const api = botApi({ apiRoot: `http://127.0.0.1:${port}/behind/`, token: '1:x' })
  onTestFinished(api.close)
  await api.call('getMe', {}, z.literal(true))
  expect(paths).toEqual(['/behind/bot1:x/getMe'])
})

test('the token is in no error, however the call fails', async () => {
  await using telegram = await startTelegram()
  const api = botApi(telegram)
  onTestFinished(api.close)
  const { token } = telegram
  const echo = { status: 400, description: `Bad Request: invalid path /bot${token}/sendMessage` }
  const faults = [
    echo,
    { ...echo, status: 500 },
    { ...echo, status: 429 },
    { status: 200, body: token },
    { drop: 'before' as const },
  ]
  const errors: unknown[] = []
  for (const fault of faults) {
    telegram.fault('sendMessage', fault)
    errors.push(await failureOf(api.call('sendMessage', {}, z.unknown())))
  }
  for (const apiRoot of ['http://127.0.0.1:1', 'http://no-such-host.invalid', `${telegram.apiRoot}/elsewhere`]) {
    const lost = botApi({ apiRoot, token })
    onTestFinished(lost.close)
    errors.push(await failureOf(lost.call('sendMessage', {}, z.unknown())))
  }
  expect(errors).toHaveLength(8)
  for (const error of errors) {
    expect(error).toBeInstanceOf(Error)
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(token)
  }
})
