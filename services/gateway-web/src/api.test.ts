import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Station, startStation } from '@waystation/testing'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'

/** However slow the machine is. */
const patiently = { timeout: 30_000 }
let station: Station

beforeAll(async () => {
  station = await startStation({ processes: { 'gateway-web': 1 }, model: 'none' })
})
afterAll(() => station[Symbol.asyncDispose]())

async function openPage({ web } = station): Promise<{ cookie: string }> {
  const page = await fetch(`${web}/`)
  return { cookie: page.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
}

const post = (body: unknown, headers: Record<string, string> = {}, { web } = station) =>
  fetch(`${web}/api/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const message = (text: string) => ({ id: crypto.randomUUID(), text })

/** Status and reason of a refusal. */
async function refusal(asked: Response | Promise<Response>): Promise<string> {
  const answer = await asked
  const { error } = Object(await answer.json())
  return `${answer.status} ${error}`
}

/** The stream of events, read until `ended` says that it is enough. */
async function listen(headers: Record<string, string>, ended: (text: string) => boolean, query = ''): Promise<string> {
  const answer = await fetch(`${station.web}/api/events${query}`, { headers })
  let text = ''
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (ended(text)) break
  }
  return text
}

test('the page brings a session, keeps the one it knows, and lets nothing run that is not its own', async () => {
  const page = await fetch(`${station.web}/`)
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self';")
  expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  expect(page.headers.get('referrer-policy')).toBe('no-referrer')
  const [given = ''] = page.headers.getSetCookie()
  expect(given).toMatch(/HttpOnly; SameSite=Lax$/)

  const again = await fetch(`${station.web}/`, {
    headers: { cookie: given.split(';')[0] ?? '', 'x-forwarded-proto': 'https' },
  })
  expect(again.headers.getSetCookie()[0]).toBe(`${given}; Secure`)
  // As a browser asks; fetch alone would ask past every cache.
  const known = { 'if-none-match': page.headers.get('etag') ?? '', 'cache-control': 'max-age=0' }
  expect((await fetch(`${station.web}/`, { headers: known })).status).toBe(304)
})

test('every file the page asks for is there, and no other', async () => {
  const paths = ['/']
  // Grows while it is read: each file names more.
  for (const path of paths) {
    const file = await fetch(`${station.web}${path}`)
    expect([path, file.status]).toEqual([path, 200])
    if (path.startsWith('/vendor/')) continue
    for (const [, named = ''] of (await file.text()).matchAll(/(?:href|src)="(\/[\w./]+)"|from '(\/[\w./]+)'/g)) {
      if (named !== '' && !paths.includes(named)) paths.push(named)
    }
  }
  expect(paths.length).toBeGreaterThan(5)
  for (const path of [
    '/package.json',
    '/page/main.js',
    '/vendor/koa.js',
    '/..%2fpackage.json',
    '/vendor/%2e%2e/main.ts',
  ]) {
    expect([path, (await fetch(`${station.web}${path}`)).status]).toEqual([path, 404])
  }
})

test('a message is shown to those who listen, and once however often it is posted', async () => {
  const session = await openPage()
  const [first, second] = [message('one'), message('two')]
  for (const body of [first, first, second, first]) expect((await post(body, session)).status).toBe(202)
  const heard = await listen(session, text => text.includes('two'))
  expect(heard.match(/"text":"(\w+)"/g)).toEqual(['"text":"one"', '"text":"two"'])
  const seen = /id: (\S+)\n/.exec(heard)?.[1] ?? ''
  for (const resumed of [
    listen({ ...session, 'last-event-id': seen }, text => text.includes('two')),
    listen(session, text => text.includes('two'), `?after=${seen}`),
  ]) {
    expect(await resumed).not.toContain('"one"')
  }
  for (const nonsense of ['0-0-0', `${'9'.repeat(30)}-0`, '$', '-', '*']) {
    expect(await listen({ ...session, 'last-event-id': nonsense }, text => text.includes('two'))).toContain('"one"')
  }
})

test('whatever is wrong with a request, the answer says so', async () => {
  const session = await openPage()
  expect(await refusal(post(message('hi')))).toBe('401 unauthenticated')
  expect(await refusal(post('{', { cookie: `${session.cookie}x` }))).toBe('401 unauthenticated')
  expect(await refusal(post(message('hi'), { ...session, 'sec-fetch-site': 'cross-site' }))).toBe('401 unauthenticated')
  expect(await refusal(fetch(`${station.web}/api/events`))).toBe('401 unauthenticated')
  expect(await refusal(post('{', session))).toBe('400 not_json')
  expect(await refusal(post({ text: 'no id' }, session))).toBe('400 bad_message')
  expect(await refusal(post(message(' '), session))).toBe('400 empty_text')
  expect(await refusal(post(message('a\0b'), session))).toBe('400 bad_text')
  expect(await refusal(post(message('x'.repeat(16_001)), session))).toBe('400 too_long')
  expect(await refusal(post(message('x'.repeat(2_000_000)), session))).toBe('413 body_too_large')
  expect((await post(message('驿'.repeat(16_000)), session)).status).toBe(202)
  expect((await fetch(`${station.web}/api/messages`)).status).toBe(405)
  expect(
    (await station.metrics()).sum('waystation_messages_rejected_total', { channel: 'web', reason: 'not_json' }),
  ).toBe(1)
})

test('a session has eight streams at most, and gets another when one ends', async () => {
  const session = await openPage()
  const streams = Array.from({ length: 8 }, () => new AbortController())
  for (const { signal } of streams) {
    expect((await fetch(`${station.web}/api/events`, { headers: session, signal })).status).toBe(200)
  }
  expect(await refusal(fetch(`${station.web}/api/events`, { headers: session }))).toBe('429 too_many_streams')
  streams[0]?.abort()
  await vi.waitFor(() => listen(session, () => true).then(text => expect(text).toContain('retry:')), patiently)
  for (const stream of streams) stream.abort()
})

test('who may not use the assistant is told so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waystation-config-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const config = join(folder, 'waystation.yaml')
  await writeFile(config, 'access:\n  allow: [somebody-else]\n')
  const env = { WAYSTATION_CONFIG: config }
  await using closed = await startStation({ processes: { 'gateway-web': 1 }, model: 'none', env })
  expect(await refusal(post(message('hi'), await openPage(closed), closed))).toBe('403 not_allowed')
})

test('while Redis is away the answer is 503 at once, and the same message is taken when it is back', async () => {
  await using own = await startStation({ processes: { 'gateway-web': 1 }, model: 'none' })
  const session = await openPage(own)
  const body = message('hi')
  await own.redis.kill()
  const answer = await post(body, session, own)
  expect(answer.headers.get('retry-after')).toBe('1')
  expect(await refusal(answer)).toBe('503 unavailable')
  expect(await refusal(fetch(`${own.web}/api/events`, { headers: session }))).toBe('503 unavailable')
  await own.redis.restart()
  await vi.waitFor(async () => expect((await post(body, session, own)).status).toBe(202), patiently)
})

test('a page that looks on does not keep the process from ending', async () => {
  await using own = await startStation({ processes: { 'gateway-web': 1 }, model: 'none' })
  const stream = request(`${own.web}/api/events`, { headers: await openPage(own) }).end()
  const [answer] = await once(stream, 'response')
  answer.resume()
  const ended = once(answer, 'end')
  const [gateway] = own.of('gateway-web')
  await gateway?.kill('SIGTERM')
  await ended
  expect(await gateway?.exited).toEqual({ code: 0, signal: null })
})
