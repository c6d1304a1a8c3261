import { createHash, createHmac } from 'node:crypto'
import { type FeishuApp, feishuEvent, type Station, seal, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

const HOUR_S = 60 * 60
/** Of characters with one to four bytes. */
const TEXT = '驿站 à cheval 🐎 …'

type Post = { body: string | Buffer; headers?: Record<string, string> }

test.concurrent('an event arrives whole wherever TCP cuts it, encrypted or not', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: { apps: [{}, { encryptKey: undefined }] },
  })
  const { feishu } = station
  const [sealed, open] = feishu.apps
  if (!sealed || !open) return expect.unreachable()
  const inside = (body: Buffer, character: string): number[] => {
    const at = body.indexOf(character)
    return Array.from(Buffer.from(character).keys()).flatMap(byte => (byte > 0 ? [at + byte] : []))
  }
  const all = (from: number, to: number, every = 1) =>
    Array.from({ length: Math.ceil((to - from) / every) }, (_, index) => from + index * every)
  const cuts: [FeishuApp, (body: Buffer) => number[][]][] = [
    [sealed, body => [[1], [6], ...all(40, 44).map(at => [at]), [body.length - 1], all(1, body.length, 60)]],
    [open, body => [...[...TEXT].flatMap(one => inside(body, one).map(at => [at])), [1], [body.length - 1]]],
    [open, body => [all(body.indexOf('驿'), body.indexOf('…') + 3)]],
  ]
  const asked = cuts.flatMap(([app, cutsOf]) => {
    const ask = () => {
      const chat = feishu.p2p({ app })
      return { chat, event: feishuEvent(app, { text: TEXT, chat: chat.id, messageId: `om_${chat.id}` }) }
    }
    const body = Buffer.from(seal(JSON.stringify(ask().event), app).body)
    return cutsOf(body).map(splitAt => ({ splitAt, ...ask() }))
  })
  const statuses = await Promise.all(asked.map(({ event, splitAt }) => feishu.deliver(event, { splitAt })))
  expect(new Set(statuses.flat())).toEqual(new Set([200]))
  await station.settled()
  for (const { chat, splitAt } of asked)
    expect({ splitAt, texts: feishu.texts(chat) }).toEqual({ splitAt, texts: [`re: ${TEXT}`] })
})

test.concurrent('of what Feishu did not send, or not to us, or not now, nothing is parsed', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: { apps: [{}, {}, { encryptKey: undefined }] },
  })
  const { feishu } = station
  const [app, other, open] = feishu.apps
  if (!app?.encryptKey || !other || !open) return expect.unreachable()
  const chat = feishu.p2p()
  let messages = 0
  const eventFor = (asked: FeishuApp, header = {}) => {
    messages += 1
    const event = feishuEvent(asked, { text: TEXT, chat: chat.id, messageId: `om_${messages}` })
    return JSON.stringify({ ...event, header: { ...event.header, ...header } })
  }
  const good = () => seal(eventFor(app), app)
  const body = () => seal(eventFor(app), app, { sign: 'none' }).body
  const { encryptKey } = app
  const changed = (text: string | Buffer) =>
    String(text).replace(/.(?=.{8}"\}$)/, letter => (letter === 'A' ? 'B' : 'A'))

  const forged: Record<string, Post[]> = {
    bad_signature: [
      seal(eventFor(app), { ...app, encryptKey: 'the key of another app or of last year' }),
      seal(eventFor(app), app, { sign: 'wrong' }),
      { ...good(), body: body() },
      ...[good()].map(({ body, headers }) => ({ headers, body: String(body).slice(0, -1) })),
      ...[good()].map(({ body, headers }) => ({ headers, body: String(body).slice(0, 40) })),
      ...[good()].map(({ body, headers }) => ({ headers, body: `${body} ` })),
      ...[good()].map(({ body, headers }) => ({ headers, body: changed(body) })),
      ...[good()].map(({ body, headers }) => ({ headers: { ...headers, 'x-lark-request-nonce': 'another' }, body })),
      ...[body()].map(body => signed(body, encryptKey, { ofBody: JSON.stringify(JSON.parse(String(body)), null, 1) })),
      ...[body()].map(body => ({ body, headers: withHmac(body, encryptKey) })),
    ],
    unsigned: [seal(eventFor(app), app, { sign: 'none' })],
    undecryptable: [
      seal(eventFor(app), { ...app, encryptKey: 'another key' }, { sign: 'none' }),
      { body: '{"encrypt":""}' },
    ],
    not_encrypted: [
      { body: eventFor(app) },
      seal(eventFor(app), app, { encrypted: false }),
      signed('{"encrypt":7}', encryptKey),
      signed('[]', encryptKey),
    ],
    stale: [-9 * HOUR_S, 2 * HOUR_S, Number.NaN].map(after => signed(body(), encryptKey, { after })),
    wrong_token: [
      seal(eventFor(app, { token: 'guessed' }), app),
      seal(eventFor(app, { token: other.verificationToken }), app),
      { body: eventFor(open, { token: 'guessed' }) },
      { body: eventFor(open, { token: app.verificationToken }) },
      { body: JSON.stringify({ type: 'url_verification', challenge: 'x', token: 'guessed' }) },
      { ...good(), body: '{}' },
      ...['', 'x', '{', 'null', '[]', '{"header":7}', '\0'].map(body => ({ body })),
    ],
    wrong_app: [seal(eventFor(app), other), { body: eventFor({ ...open, appId: `cli_${'0'.repeat(16)}` }) }],
  }
  for (const [reason, posts] of Object.entries(forged)) {
    for (const [index, sent] of posts.entries())
      expect({ reason, index, ...(await post(station, sent)) }).toEqual({ reason, index, status: 401, answer: '{}' })
    const counted = (await station.metrics()).sum('waystation_messages_rejected_total', { reason })
    expect({ reason, counted }).toEqual({ reason, counted: posts.length })
  }
  // Rightly signed, but of no use: Feishu would only send it again.
  const useless: Record<string, Post[]> = {
    not_json: [signed('{"encrypt"', encryptKey), seal('{', app), seal(Buffer.from([0xff, 0xfe]), app)],
    undecryptable: [signed('{"encrypt":"AAAA"}', encryptKey)],
    bad_event: [seal(eventFor(app).replace('"schema":"2.0"', '"schema":"3.0"'), app)],
  }
  for (const [reason, posts] of Object.entries(useless))
    for (const [index, sent] of posts.entries())
      expect({ reason, index, ...(await post(station, sent)) }).toEqual({ reason, index, status: 200, answer: '{}' })

  await station.settled()
  const before = await station.metrics()
  expect(before.sum('waystation_messages_received_total')).toBe(0)
  expect(before.sum('waystation_errors_total')).toBe(0)
  expect(station.model.requests).toEqual([])
  const told = station.output.split('\n').filter(line => line.includes('"bad_signature"'))
  expect(told).toHaveLength(forged.bad_signature?.length ?? 0)
  for (const line of told) expect(line).toContain('check FEISHU_ENCRYPT_KEY')

  // A push that comes hours late is no forgery; the very same request once more is a replay, whoever sends it.
  const late = signed(body(), encryptKey, { after: -7 * HOUR_S })
  expect(await post(station, late)).toEqual({ status: 200, answer: '{}' })
  for (let time = 1; time <= 3; time += 1) expect(await post(station, late)).toEqual({ status: 200, answer: '{}' })
  await station.settled()
  const after = await station.metrics()
  expect(after.sum('waystation_messages_received_total')).toBe(1)
  expect(after.sum('waystation_messages_duplicated_total')).toBe(0)
  expect(after.sum('waystation_updates_ignored_total', { reason: 'replayed' })).toBe(3)
  expect(feishu.texts(chat)).toEqual([`re: ${TEXT}`])
})

test.concurrent('the challenge is answered to whoever knows the token, encrypted and plain, also while the API of Feishu is away', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: { apps: [{}, { encryptKey: undefined }] },
    model: 'none',
    processes: {},
  })
  const { feishu } = station
  const [sealed, open] = feishu.apps
  if (!sealed || !open) return expect.unreachable()
  const heal = feishu.fault('token', { status: 502, body: '<html>Bad Gateway</html>' }, { times: Infinity })
  const starting = station.start('gateway-feishu')
  await vi.waitUntil(() => station.of('gateway-feishu').length > 0, { timeout: 60_000 })
  const check = async () => {
    for (const app of [sealed, open])
      expect(await feishu.challenge({ app, challenge: TEXT })).toEqual({
        status: 200,
        body: JSON.stringify({ challenge: TEXT }),
      })
    expect(await feishu.challenge({ app: sealed, token: 'guessed' })).toMatchObject({ status: 401 })
    expect(await feishu.challenge({ app: sealed, encrypted: false })).toMatchObject({ status: 401 })
    expect(await feishu.challenge({ app: open, token: 'guessed' })).toMatchObject({ status: 401 })
  }
  await check()
  // An event cannot be taken yet: who the bot is has not been told.
  expect(await feishu.deliver(feishuEvent(sealed, { text: 'hello' }))).toEqual([503])
  heal()
  await starting
  await check()
  expect(await feishu.deliver(feishuEvent(sealed, { text: 'hello' }))).toEqual([200])
})

/** A body with a signature of its own making; `after` seconds from now. */
function signed(body: string | Buffer, key: string, { after = 0, ofBody = body } = {}): Post {
  const timestamp = String(Math.floor(Date.now() / 1000) + after)
  const nonce = `nonce${Math.random()}`
  const signature = createHash('sha256')
    .update(timestamp + nonce + key)
    .update(ofBody)
    .digest('hex')
  return { body, headers: headersOf(timestamp, nonce, signature) }
}

/** As several public projects sign, wrongly. */
function withHmac(body: string | Buffer, key: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  return headersOf(timestamp, 'n', createHmac('sha256', key).update(`${timestamp}n`).update(body).digest('hex'))
}

const headersOf = (timestamp: string, nonce: string, signature: string) => ({
  'x-lark-request-timestamp': timestamp,
  'x-lark-request-nonce': nonce,
  'x-lark-signature': signature,
})

async function post({ web }: Station, { body, headers = {} }: Post): Promise<{ status: number; answer: string }> {
  const bytes = typeof body === 'string' ? body : new Uint8Array(body)
  const answer = await fetch(`${web}/webhooks/feishu`, { method: 'POST', headers, body: bytes })
  return { status: answer.status, answer: await answer.text() }
}
