import { once } from 'node:events'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { connect as connectHttp2 } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { type Station, startStation, telegramUpdate } from '@waystation/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { makeTrustedCertificate } from './compose/tls.ts'
import { type Front, hasNginx, startFront, startMirror } from './front.ts'
import { openSession, readUntil, say } from './web-session.ts'

const secret = 'the-webhook-secret'
const withSecret = { 'x-telegram-bot-api-secret-token': secret }
const patiently = { timeout: 30_000 }

async function newCertificate() {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'certificate-'))
  return await makeTrustedCertificate(folder.path, ['127.0.0.1'])
}

describe.runIf(hasNginx)('nginx before real gateways', () => {
  let station: Station
  let mirror: Awaited<ReturnType<typeof startMirror>>
  let front: Front
  const ends = new AsyncDisposableStack()

  beforeAll(async () => {
    const processes = { 'gateway-web': 2, 'gateway-telegram': 1, inference: 1, sender: 1 }
    station = ends.use(await startStation({ processes, env: { TELEGRAM_WEBHOOK_SECRET: secret } }))
    mirror = ends.use(await startMirror())
    const certificate = await newCertificate()
    const env = {
      GATEWAY_WEB_SERVERS: addressesOf('gateway-web'),
      GATEWAY_TELEGRAM_SERVERS: addressesOf('gateway-telegram'),
      GATEWAY_FEISHU_SERVERS: mirror.address,
      // Nobody: the tests themselves come from 127.0.0.1.
      TRUSTED_PROXY: '192.0.2.1',
    }
    front = ends.use(await startFront(env, certificate))
  })
  afterAll(() => ends.disposeAsync())

  const addressesOf = (gateway: string) =>
    station
      .of(gateway)
      .map(({ port }) => `127.0.0.1:${port}`)
      .join(' ')

  /** The access log's lines, once there is one that `isMeant`. */
  async function logged(isMeant: (line: Record<string, unknown>) => boolean) {
    return vi.waitFor(() => {
      const lines = front.lines().map(line => Object(JSON.parse(line)) as Record<string, unknown>)
      const found = lines.filter(isMeant)
      expect(found).not.toEqual([])
      return found
    }, patiently)
  }

  const postUpdate = (update: object, headers: Record<string, string> = withSecret) =>
    fetch(`${front.origin}/webhooks/telegram`, { method: 'POST', headers, body: JSON.stringify(update) })

  /** What a gateway is told of a request with these headers. */
  async function seenOf(headers: Record<string, string>): Promise<Record<string, string>> {
    const answer = await fetch(`${front.origin}/webhooks/feishu`, { method: 'POST', headers, body: '{}' })
    return Object(await answer.json())
  }

  test('an answer is on the page while the model still writes it', async () => {
    const session = await openSession(front.origin)
    station.model.fault({ kind: 'hold', afterChunks: 2 })
    expect((await say(session, 'a very long story about horses')).status).toBe(202)
    const leave = new AbortController()
    const { cookie } = session
    const { body } = await fetch(`${front.origin}/api/events`, { headers: { cookie }, signal: leave.signal })
    let read = ''
    for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      read += text
      if (read.includes('"text":"re: ')) break
    }
    leave.abort()
    expect(read).not.toContain('"state":"final"')
    await say(session, '/stop')
    await say(session, 'and now?')
    await readUntil(session, 're: and now?')
  })

  test("a webhook's message is answered, and its line in the access log leads to those of the message", async () => {
    station.telegram.privateChat({ id: 42 })
    expect((await postUpdate(telegramUpdate({ text: 'hello', chat: 42 }))).status).toBe(200)
    await station.settled()
    expect(station.telegram.texts(42)).toEqual(['re: hello'])
    const [line] = await logged(({ path, status }) => path === '/webhooks/telegram' && status === 200)
    expect(line).toMatchObject({ client: '127.0.0.1', method: 'POST', upstream: addressesOf('gateway-telegram') })
    // What a process printed may be read a little later than what it did.
    await vi.waitFor(() => {
      const road = station.output.split('\n').filter(text => text.includes(`"traceId":"${line?.requestId}"`))
      const events = road.map(text => Object(JSON.parse(text)).event)
      expect(events).toEqual(expect.arrayContaining(['message.received', 'reply.delivered']))
    }, patiently)
    expect((await postUpdate(telegramUpdate({ text: 'hello', chat: 42 }), {})).status).toBe(401)
  })

  test('a client chooses neither its address nor the id of its request', async () => {
    const id = 'f'.repeat(32)
    const seen = await seenOf({ 'x-forwarded-for': '203.0.113.7', 'x-request-id': id, 'x-forwarded-proto': 'http' })
    expect(seen).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' })
    expect(seen['x-request-id']).toMatch(/^[\da-f]{32}$/)
    expect(seen['x-request-id']).not.toBe(id)
    const [line] = await logged(({ requestId }) => requestId === seen['x-request-id'])
    expect(line).toMatchObject({ client: '127.0.0.1', path: '/webhooks/feishu' })
  })

  test('what is for operators is not there', async () => {
    for (const path of ['/metrics', '/readyz', '/METRICS', '/metrics/', '/%6detrics', '//metrics', '/x/../metrics'])
      expect([path, (await fetch(`${front.origin}${path}`)).status]).toEqual([path, 404])
    expect(await (await fetch(`${front.origin}/healthz`)).text()).toBe('ok\n')
  })

  test('a body that is too long is refused, one that is just not is passed on', async () => {
    const statusOf = async (path: string, bytes: number) =>
      (await fetch(`${front.origin}${path}`, { method: 'POST', body: 'x'.repeat(bytes) })).status
    const KIB = 1024
    expect(await statusOf('/webhooks/telegram', 1024 * KIB)).toBe(401)
    expect(await statusOf('/webhooks/telegram', 1024 * KIB + 1)).toBe(413)
    expect(await statusOf('/api/messages', 128 * KIB)).toBe(401)
    expect(await statusOf('/api/messages', 256 * KIB + 1)).toBe(413)
    const told = await fetch(front.origin, { method: 'POST', body: 'x'.repeat(16 * KIB + 1) })
    expect(told.status).toBe(413)
    await logged(({ requestId }) => requestId === told.headers.get('x-request-id'))
    const refused = await logged(({ status }) => status === 413)
    expect(refused.filter(({ upstream }) => upstream !== '')).toEqual([])
  })

  test('plain HTTP leads to HTTPS, but for the challenges of a certificate authority', async () => {
    const page = await fetch(`${front.plain}/x?y`, { redirect: 'manual' })
    expect([page.status, page.headers.get('location')]).toEqual([308, 'https://127.0.0.1/x?y'])
    await writeFile(join(front.site, 'acme', 'token'), 'nothing serves the folder itself')
    expect((await fetch(`${front.plain}/.well-known/acme-challenge/token`)).status).toBe(404)
  })

  test('HTTP/2 is spoken', async () => {
    const session = connectHttp2(front.origin, { rejectUnauthorized: false })
    const [headers] = await once(session.request({ ':path': '/' }).end(), 'response')
    expect(headers).toMatchObject({
      ':status': 200,
      'strict-transport-security': expect.stringMatching(/^max-age=\d+$/),
      'set-cookie': [expect.stringMatching(/; Secure$/)],
    })
    session.destroy()
  })

  test('who sends the head of a request for ever is hung up on, and holds up nobody', async () => {
    const slow = connectTls({ port: front.port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(slow, 'secureConnect')
    slow.write('GET / HTTP/1.1\r\nHost: x\r\n')
    const drip = setInterval(() => slow.write('X-A: b\r\n'), 500)
    const closed = once(slow.on('error', () => {}).resume(), 'close')
    expect((await fetch(front.origin)).status).toBe(200)
    await closed
    clearInterval(drip)
  })

  test('who asks too much is told so, and the others are not', async () => {
    const [hasty, calm] = [await openSession(front.origin), await openSession(front.origin)]
    const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await say(hasty, 'more')).status))
    expect(new Set(statuses)).toEqual(new Set([202, 429]))
    expect(statuses.filter(status => status === 202).length).toBeGreaterThan(20)
    expect((await say(calm, 'one')).status).toBe(202)
  })

  test('a gateway that dies is left out, and used again when it is back, be it the only one', async () => {
    const statuses = async () => {
      const got = new Set<number>()
      for (let asked = 0; asked < 20; asked++) got.add((await fetch(front.origin)).status)
      return got
    }
    const [first, second] = station.of('gateway-web')
    if (!first || !second) throw new Error('there are two')
    await first.kill()
    expect(await statuses()).toEqual(new Set([200]))
    await second.kill()
    expect(await statuses()).toEqual(new Set([502]))
    await station.replace(second)
    expect(await statuses()).toEqual(new Set([200]))
    await station.replace(first)
  })

  test('no log shows a query string, a cookie, a referrer or a secret, whatever goes wrong', async () => {
    const hidden = 'swordfish'
    const [gateway] = station.of('gateway-telegram')
    await gateway?.kill()
    const headers = { ...withSecret, cookie: `waystation_session=${hidden}`, referer: `https://x.test/?${hidden}` }
    const path = `/webhooks/telegram?token=${hidden}`
    const refused = await fetch(`${front.origin}${path}`, { method: 'POST', headers, body: '{}' })
    expect(refused.status).toBe(502)
    const tooLong = await fetch(`${front.origin}/?${hidden}`, { method: 'POST', headers, body: 'x'.repeat(20_000) })
    expect(tooLong.status).toBe(413)
    const post = () => fetch(`${front.origin}/api/messages?${hidden}`, { method: 'POST', headers, body: '{}' })
    const hasty = await Promise.all(Array.from({ length: 60 }, post))
    const tooMuch = hasty.find(({ status }) => status === 429)?.headers.get('x-request-id')
    expect(tooMuch).toBeDefined()
    await logged(({ status, path }) => status === 502 && path === '/webhooks/telegram')
    await logged(({ requestId }) => requestId === tooMuch)
    const all = `${front.lines().join('\n')}${front.errors()}`
    for (const word of [hidden, secret]) expect(all).not.toContain(word)
  })
})

describe.runIf(hasNginx)('nginx alone', () => {
  test('a balancer that is trusted tells who the client is', async () => {
    await using mirror = await startMirror()
    const certificate = await newCertificate()
    const env = { GATEWAY_WEB_SERVERS: mirror.address, TRUSTED_PROXY: '127.0.0.0/8' }
    await using front = await startFront(env, certificate)
    const headers = { 'x-forwarded-for': '198.51.100.9, 203.0.113.7, 127.0.0.5' }
    const seen = await fetch(front.origin, { headers }).then(answer => answer.json())
    expect(seen).toMatchObject({ 'x-forwarded-for': '203.0.113.7' })
  })
})
