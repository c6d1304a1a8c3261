import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { type RawRequest, Rejected, Unauthenticated } from '@waystation/domain'
import { expect, test } from 'vitest'
import { authenticator, type ReceivingApp } from './authenticate.ts'

const now = 1_700_000_000_000
const hour = 60 * 60
const bot = () => ({ openId: 'ou_bot', name: 'Bot' })

const sealedApp: ReceivingApp = { appId: 'cli_sealed', encryptKey: 'key of sealed', verificationToken: 'token s', bot }
const otherSealedApp: ReceivingApp = { appId: 'cli_other', encryptKey: 'another key', bot }
const openApp: ReceivingApp = { appId: 'cli_open', verificationToken: 'token o', bot }
const all = [sealedApp, otherSealedApp, openApp]

const eventOf = (app_id: string, token: string, more: object = {}) => ({
  schema: '2.0',
  header: { event_id: 'e1', event_type: 'im.message.receive_v1', create_time: '1700000000000', token, app_id },
  event: { text: '你好' },
  ...more,
})
const event = eventOf('cli_sealed', 'token s')

function encrypt(plaintext: string | Buffer, encryptKey: string): string {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', createHash('sha256').update(encryptKey).digest(), iv)
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final()]).toString('base64')
}

function signed(body: string | Buffer, encryptKey: string, timestamp = String(now / 1000)) {
  const bytes = Buffer.from(body)
  const hashed = Buffer.concat([Buffer.from(`${timestamp}nonce${encryptKey}`), bytes])
  return {
    headers: {
      'x-lark-request-timestamp': timestamp,
      'x-lark-request-nonce': 'nonce',
      'x-lark-signature': createHash('sha256').update(hashed).digest('hex'),
    },
    body: bytes,
  }
}

const sealed = (plain: unknown, key: string) => JSON.stringify({ encrypt: encrypt(JSON.stringify(plain), key) })
const sealedAndSigned = (plain: unknown, key = 'key of sealed') => signed(sealed(plain, key), key)
const unsigned = (body: string | object) => ({
  headers: {},
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
})

const authenticate = (request: RawRequest, apps: ReceivingApp[] = all) => authenticator(apps)(request, now)

/** How it ends. */
function outcomeOf(request: RawRequest, apps: ReceivingApp[] = all): string {
  try {
    authenticate(request, apps)
  } catch (error) {
    if (!(error instanceof Unauthenticated || error instanceof Rejected)) throw error
    return `${error.name} ${error.reason}`
  }
  return 'accepted'
}

test('a signed and encrypted event is believed, and its signature told', () => {
  const request = sealedAndSigned(event)
  const signature = request.headers['x-lark-signature']
  expect(authenticate(request)).toEqual({ app: sealedApp, event, signature })
})

test('apps that share an address are told apart by key, or by what the event says where they share that too', () => {
  const ofOther = eventOf('cli_other', '')
  expect(authenticate(sealedAndSigned(ofOther, 'another key')).app).toBe(otherSealedApp)
  const twins = [sealedApp, { ...otherSealedApp, encryptKey: 'key of sealed' }]
  expect(authenticate(sealedAndSigned(ofOther), twins).app).toBe(twins[1])
  expect(authenticate(sealedAndSigned(event), twins).app).toBe(sealedApp)
})

test('the signature is over the bytes as they came, whatever way the JSON is written', () => {
  const encrypted = encrypt(JSON.stringify(event), 'key of sealed')
  const roomy = ` {\r\n  "encrypt" : "${encrypted}" ,\n "note": "\\u4f60 caf\u00e9" }\n`
  expect(authenticate(signed(roomy, 'key of sealed')).event).toEqual(event)
})

test('what stands beside the encrypted part counts for nothing', () => {
  const outer = { ...eventOf('cli_other', 'forged'), encrypt: encrypt(JSON.stringify(event), 'key of sealed') }
  expect(authenticate(signed(JSON.stringify(outer), 'key of sealed'))).toMatchObject({ app: sealedApp, event })
})

test('any bit of a signed request that is changed is noticed, and nothing is parsed', () => {
  const request = sealedAndSigned(event)
  const signature = request.headers['x-lark-signature']
  const body = Buffer.from(request.body)
  body.writeUInt8(body.readUInt8(40) ^ 1, 40)
  const changed: RawRequest[] = [
    { ...request, body },
    { ...request, body: request.body.subarray(1) },
    { ...request, body: Buffer.from('not even JSON') },
    { ...request, headers: { ...request.headers, 'x-lark-request-timestamp': '1700000001' } },
    { ...request, headers: { ...request.headers, 'x-lark-request-nonce': 'once' } },
    { ...request, headers: { ...request.headers, 'x-lark-signature': signature.toUpperCase() } },
    { ...request, headers: { ...request.headers, 'x-lark-signature': signature.slice(1) } },
    { ...request, headers: { ...request.headers, 'x-lark-signature': '' } },
    signed(request.body, 'wrong key'),
    signed(request.body, ''),
    signed(JSON.stringify(event), 'wrong key'),
  ]
  for (const forged of changed)
    expect(outcomeOf(forged, [sealedApp, otherSealedApp])).toBe('Unauthenticated bad_signature')
})

test('an HMAC with the key is no signature', () => {
  const request = sealedAndSigned(event)
  const hmac = createHmac('sha256', 'key of sealed').update(request.body).digest('hex')
  const headers = { ...request.headers, 'x-lark-signature': hmac }
  expect(outcomeOf({ ...request, headers })).toBe('Unauthenticated bad_signature')
})

test.each([
  ['as old as the last repetition', now / 1000 - 7.2 * hour, 'accepted'],
  ['too old', now / 1000 - 8 * hour - 1, 'Unauthenticated stale'],
  ['of a clock that is ahead', now / 1000 + hour - 1, 'accepted'],
  ['of the future', now / 1000 + hour + 1, 'Unauthenticated stale'],
  ['of 1970', 1, 'Unauthenticated stale'],
  ['of no time', 'yesterday', 'Unauthenticated stale'],
  ['empty', '', 'Unauthenticated stale'],
])('a signature that is %s', (_, timestamp, outcome) => {
  const body = sealed(event, 'key of sealed')
  expect(outcomeOf(signed(body, 'key of sealed', String(timestamp)))).toBe(outcome)
})

test.each([
  ['an event that is not encrypted, though the app has a key', JSON.stringify(event), 'Unauthenticated not_encrypted'],
  ['an event of another app', sealed(eventOf('cli_other', 'token s'), 'key of sealed'), 'Unauthenticated wrong_app'],
  [
    'an event of no app',
    sealed({ ...event, header: { token: 'token s' } }, 'key of sealed'),
    'Unauthenticated wrong_app',
  ],
  ['a wrong token', sealed(eventOf('cli_sealed', 'token o'), 'key of sealed'), 'Unauthenticated wrong_token'],
  ['no token', sealed({ ...event, header: { app_id: 'cli_sealed' } }, 'key of sealed'), 'Unauthenticated wrong_token'],
  ['no event', sealed(['?'], 'key of sealed'), 'Unauthenticated wrong_token'],
  ['a body that is cut off', sealed(event, 'key of sealed').slice(0, -9), 'Rejected not_json'],
  ['a body that is no text', Buffer.from([0x22, 0xff, 0x22]), 'Rejected not_json'],
  ['something encrypted with another key', sealed(event, 'another key'), 'Rejected undecryptable'],
  ['something too short to be encrypted', '{"encrypt":"AAAA"}', 'Rejected undecryptable'],
  [
    'something encrypted that is no JSON',
    JSON.stringify({ encrypt: encrypt('{', 'key of sealed') }),
    'Rejected not_json',
  ],
])('rightly signed, but %s', (_, body, outcome) => {
  expect(outcomeOf(signed(body, 'key of sealed'))).toBe(outcome)
})

const challenge = (token: string) => ({ challenge: 'c1', token, type: 'url_verification' })

test('the question whether an address is ours comes encrypted and not signed, or with a token', () => {
  expect(authenticate(unsigned(sealed(challenge('token s'), 'key of sealed')))).toEqual({
    app: sealedApp,
    event: challenge('token s'),
  })
  expect(authenticate(unsigned(sealed(challenge('whatever'), 'another key'))).app).toBe(otherSealedApp)
  expect(authenticate(unsigned(challenge('token o'))).app).toBe(openApp)
})

test.each([
  ['encrypted with a wrong token', unsigned(sealed(challenge('token o'), 'key of sealed')), 'wrong_token'],
  ['encrypted with a wrong key', unsigned(sealed(challenge('token s'), 'wrong key')), 'undecryptable'],
  ['with a wrong token', unsigned(challenge('wrong')), 'wrong_token'],
  ['with the token of an app that has a key', unsigned(challenge('token s')), 'wrong_token'],
  ['without a token', unsigned({ challenge: 'c1', type: 'url_verification' }), 'wrong_token'],
])('the question is not answered when it is %s', (_, request, reason) => {
  expect(outcomeOf(request)).toBe(`Unauthenticated ${reason}`)
})

test('nothing but that question is believed without a signature', () => {
  expect(outcomeOf(unsigned(sealed(event, 'key of sealed')))).toBe('Unauthenticated unsigned')
  const large = { ...challenge('token s'), more: 'x'.repeat(8192) }
  expect(outcomeOf(unsigned(sealed(large, 'key of sealed')))).toBe('Unauthenticated unsigned')
  const { body, headers } = sealedAndSigned(event)
  const { 'x-lark-request-nonce': _, ...withoutNonce } = headers
  expect(outcomeOf({ body, headers: withoutNonce })).toBe('Unauthenticated unsigned')
})

test('where every app has a key, nothing that is not encrypted is parsed', () => {
  const bodies = [event, challenge('token s'), 'not even JSON', '', '[{"encrypt":"x"}]']
  for (const body of bodies) expect(outcomeOf(unsigned(body), [sealedApp])).toBe('Unauthenticated not_encrypted')
})

test('an app without a key is believed by its token, signed with an empty key or not', () => {
  const fromOpen = eventOf('cli_open', 'token o')
  const believed = { app: openApp, event: fromOpen }
  expect(authenticate(unsigned(fromOpen))).toEqual(believed)
  expect(authenticate(signed(JSON.stringify(fromOpen), ''))).toEqual(believed)
  expect(authenticate(signed(JSON.stringify(fromOpen), ''), [openApp])).toEqual(believed)
  const first = { ts: '1', uuid: 'u1', token: 'token o', type: 'event_callback', event: { type: 'message' } }
  expect(authenticate(unsigned(first))).toEqual({ app: openApp, event: first })
})

test.each([
  ['a wrong token', eventOf('cli_open', 'token s'), 'wrong_token'],
  ['an empty token', eventOf('cli_open', ''), 'wrong_token'],
  ['no token', { ...event, header: { app_id: 'cli_open' } }, 'wrong_token'],
  ['a token beside the header', { ...eventOf('cli_open', ''), token: 'token o' }, 'wrong_token'],
  ['the name of another app', eventOf('cli_else', 'token o'), 'wrong_app'],
  ['the name of an app that has a key', eventOf('cli_sealed', 'token s'), 'not_encrypted'],
  ['no JSON', 'token o', 'wrong_token'],
  ['nothing', 'null', 'wrong_token'],
])('an event that is not encrypted and has %s is not believed', (_, body, reason) => {
  expect(outcomeOf(unsigned(body))).toBe(`Unauthenticated ${reason}`)
})

test('what is encrypted with a key that was not told here is laid to the key', () => {
  expect(outcomeOf(sealedAndSigned(event, 'unknown'), [openApp])).toBe('Unauthenticated bad_signature')
  expect(outcomeOf(unsigned(sealed(challenge('token o'), 'unknown')), [openApp])).toBe('Unauthenticated undecryptable')
})

test('an app without secrets is never believed, nor is an empty secret one', () => {
  const bare: ReceivingApp = { appId: 'cli_bare', bot }
  const empty: ReceivingApp = { appId: 'cli_bare', encryptKey: '', verificationToken: '', bot }
  for (const app of [bare, empty]) {
    const forged = eventOf('cli_bare', '')
    expect(outcomeOf(unsigned(forged), [app])).toBe('Unauthenticated wrong_token')
    expect(outcomeOf(signed(JSON.stringify(forged), ''), [app])).toBe('Unauthenticated wrong_token')
    expect(outcomeOf(sealedAndSigned(forged, ''), [app])).toBe('Unauthenticated bad_signature')
  }
})

test('a refusal names a setting, and quotes nothing', () => {
  const secretive = { ...event, header: { ...event.header, token: 'some secret', app_id: 'cli_secretive' } }
  const requests = [unsigned(secretive), sealedAndSigned(secretive), signed('some secret', 'cli_secretive')]
  for (const request of requests) {
    expect(() => authenticate(request)).toThrow(/check FEISHU_/)
    expect(() => authenticate(request)).not.toThrow(/secret/)
  }
})
