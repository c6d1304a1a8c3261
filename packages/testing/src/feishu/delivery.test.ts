import { createDecipheriv, createHash } from 'node:crypto'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { listen, readBody } from '../http.ts'
import { eventually } from './bot.ts'
import { feishuEvent } from './event.ts'
import { type FeishuOptions, startFeishu } from './simulator.ts'

type Post = { url: string; headers: IncomingHttpHeaders; body: Buffer; chunks: number }
type Receive = (response: ServerResponse, post: Post) => void

const take: Receive = response => void response.end('{}')

/** A bot that only listens. */
async function startListener(receive: Receive) {
  const posts: Post[] = []
  const server = await listen(async (request, response) => {
    let chunks = 0
    request.on('data', () => {
      chunks += 1
    })
    const post = { url: request.url ?? '', headers: request.headers, body: await readBody(request), chunks }
    posts.push(post)
    receive(response, post)
  })
  onTestFinished(server.close)
  return { posts, origin: server.origin }
}

async function start(receive: Receive = take, options?: FeishuOptions) {
  const listener = await startListener(receive)
  const feishu = await startFeishu({ retryFactor: 0.001, ...options })
  onTestFinished(() => feishu[Symbol.asyncDispose]())
  feishu.setFront([listener.origin])
  const settled = () => eventually(() => feishu.unfinished().events).toBe(0)
  const decrypted = ({ body }: Post) => decrypt(JSON.parse(body.toString()).encrypt, feishu.app.encryptKey ?? '')
  return { ...listener, feishu, settled, decrypted }
}

/** As the documentation has it, and apart from the simulator's own code. */
function decrypt(encrypted: string, key: string) {
  const bytes = Buffer.from(encrypted, 'base64')
  const decipher = createDecipheriv('aes-256-cbc', createHash('sha256').update(key).digest(), bytes.subarray(0, 16))
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString())
}

function isSigned({ headers, body }: Post, key: string): boolean {
  const head = `${headers['x-lark-request-timestamp']}${headers['x-lark-request-nonce']}${key}`
  const hash = createHash('sha256').update(Buffer.concat([Buffer.from(head), body]))
  return headers['x-lark-signature'] === hash.digest('hex')
}

test('an event comes encrypted and signed, whatever is written', async () => {
  const { feishu, posts, settled, decrypted } = await start()
  const said = feishu.p2p().say('春眠不觉晓 🐦')
  await settled()
  const [post] = posts
  if (!post) return expect.unreachable()
  expect(post.url).toBe('/webhooks/feishu')
  expect(Object.keys(JSON.parse(post.body.toString()))).toEqual(['encrypt'])
  expect(isSigned(post, feishu.app.encryptKey ?? '')).toBe(true)
  expect(decrypted(post)).toEqual(said)
  expect(JSON.parse(said.event.message.content)).toEqual({ text: '春眠不觉晓 🐦' })
})

test('without an Encrypt Key events are plain and unsigned, with the token in them', async () => {
  const { feishu, posts, settled } = await start(take, { apps: [{ encryptKey: undefined }] })
  const said = feishu.p2p().say('hi')
  await settled()
  expect(JSON.parse(String(posts[0]?.body))).toEqual(said)
  expect(said.header.token).toBe(feishu.app.verificationToken)
  expect(posts[0]?.headers['x-lark-signature']).toBeUndefined()
})

test('what is not answered 200 comes again four times, signed anew, and then no more', async () => {
  const { feishu, posts, settled } = await start(response => void response.writeHead(204).end(), {
    retryFactor: 0.0001,
  })
  const { header } = feishu.p2p().say('hi')
  await settled()
  expect(posts).toHaveLength(5)
  expect(new Set(posts.map(({ headers }) => headers['x-lark-request-nonce'])).size).toBe(5)
  expect(posts.every(post => isSigned(post, feishu.app.encryptKey ?? ''))).toBe(true)
  expect(feishu.pushes.map(({ eventId, attempt, status }) => ({ eventId, attempt, status }))).toEqual(
    [1, 2, 3, 4, 5].map(attempt => ({ eventId: header.event_id, attempt, status: 204 })),
  )
  const times = feishu.pushes.map(({ at }) => at)
  const waits = times.slice(1).map((at, index) => at - (times[index] ?? at))
  // Of 15 s, 5 min, 1 h and 6 h, less what a timer may be early; a slow machine only makes them longer.
  for (const [index, least] of [0, 28, 358, 2158].entries()) expect(waits[index]).toBeGreaterThanOrEqual(least)
})

test('an event that fails holds up no other', async () => {
  let failures = 2
  const { feishu, posts, settled, decrypted } = await start((response, post) => {
    const isBad = decrypted(post).event.message.content.includes('a1') && failures-- > 0
    response.writeHead(isBad ? 500 : 200).end()
  })
  const chat = feishu.p2p()
  for (const words of ['a1', 'a2', 'a3']) chat.say(words)
  await settled()
  const texts = posts.map(post => JSON.parse(decrypted(post).event.message.content).text)
  expect(feishu.pushes.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 2, 3])
  expect(texts.toSorted()).toEqual(['a1', 'a1', 'a1', 'a2', 'a3'])
})

test('an answer after three seconds is none', async () => {
  const held: ServerResponse[] = []
  const { feishu, posts, settled } = await start(response => {
    if (held.push(response) > 1) response.end('{}')
  })
  feishu.p2p().say('hi')
  await settled()
  expect(posts).toHaveLength(2)
  expect(feishu.pushes.map(({ status }) => status)).toEqual([0, 200])
  expect(feishu.pushes[0]?.durationMs).toBeGreaterThan(2900)
})

test('without an address events wait for their next attempt', async () => {
  const { feishu, origin, posts, settled } = await start()
  feishu.setFront([])
  feishu.p2p().say('hi')
  await eventually(() => feishu.pushes[0]?.status).toBe(0)
  feishu.setFront([origin])
  await settled()
  expect(posts).toHaveLength(1)
})

test('several addresses take turns', async () => {
  const other = await startListener(take)
  const { feishu, origin, posts, settled } = await start()
  feishu.setFront([origin, other.origin])
  const chat = feishu.p2p()
  for (const words of ['1', '2', '3', '4']) chat.say(words)
  await settled()
  expect([posts.length, other.posts.length]).toEqual([2, 2])
})

test('each app signs with its own key', async () => {
  const { feishu, posts, settled } = await start(take, { apps: [{}, {}] })
  const group = feishu.group({ members: feishu.apps })
  group.say('hi', { mention: feishu.apps })
  await settled()
  const ids = posts.flatMap(post =>
    feishu.apps
      .filter(({ encryptKey = '' }) => isSigned(post, encryptKey))
      .map(app => [app.appId, decrypt(JSON.parse(post.body.toString()).encrypt, app.encryptKey ?? '').header.app_id]),
  )
  expect(ids.toSorted()).toEqual(feishu.apps.map(({ appId }) => [appId, appId]).toSorted())
})

test('any event can be pushed', async () => {
  const { feishu, posts, settled, decrypted } = await start()
  const pushed = feishu.push({ type: 'im.message.message_read_v1', event: { reader: {} } })
  await settled()
  expect(decrypted(posts[0] as Post)).toEqual(pushed)
  expect(pushed.header).toMatchObject({ event_type: 'im.message.message_read_v1', app_id: feishu.app.appId })
})

test('an event of a test goes straight to the webhook, as often as it says and signed as it says', async () => {
  const { feishu, posts, decrypted } = await start((response, post) => {
    response.writeHead(isSigned(post, feishu.app.encryptKey ?? '') ? 200 : 401).end()
  })
  const event = feishuEvent(feishu.app, { text: 'hi', at: 1 })
  expect(feishuEvent(feishu.app, { text: 'hi', at: 1 })).toEqual(event)
  expect(await feishu.deliver(event, { times: 3 })).toEqual([200, 200, 200])
  expect(await feishu.deliver(event, { sign: 'wrong' })).toEqual([401])
  expect(await feishu.deliver(event, { sign: 'none' })).toEqual([401])
  expect(await feishu.deliver(event, { headers: { 'x-lark-signature': 'x' } })).toEqual([401])
  expect(posts.map(decrypted)).toEqual(Array(6).fill(event))

  expect(await feishu.deliver(event, { encrypted: false })).toEqual([200])
  expect(JSON.parse(String(posts.at(-1)?.body))).toEqual(event)
  expect(await feishu.deliver(Buffer.from('not json'))).toEqual([200])
  expect(String(posts.at(-1)?.body)).toBe('not json')
  expect(feishu.pushes).toEqual([])
})

test('a body can be cut inside a character', async () => {
  const { feishu, posts } = await start(take, { apps: [{ encryptKey: undefined }] })
  const event = feishuEvent(feishu.app, { text: '春' })
  const cut = Buffer.from(JSON.stringify(event)).indexOf('春') + 1
  expect(await feishu.deliver(event, { splitAt: [cut, cut + 1] })).toEqual([200])
  expect(posts[0]?.chunks).toBeGreaterThan(1)
  expect(JSON.parse(String(posts[0]?.body))).toEqual(event)
})

test('nobody listening is no answer', async () => {
  const { feishu } = await start()
  // A port on which nobody listens.
  feishu.setFront(['http://127.0.0.1:1'])
  expect(await feishu.deliver(feishuEvent(feishu.app, { text: 'x' }))).toEqual([0])
  expect(await feishu.challenge()).toEqual({ status: 0, body: '' })
})

test.each([
  [true, 'encrypted'],
  [false, 'plain'],
])('the challenge (encrypted: %s) comes unsigned and %s', async encrypted => {
  const { feishu, posts, decrypted } = await start((response, post) => {
    const asked = encrypted ? decrypted(post) : JSON.parse(post.body.toString())
    response.end(JSON.stringify({ challenge: asked.challenge }))
  })
  const answer = await feishu.challenge({ encrypted, challenge: 'c-1' })
  expect(answer).toEqual({ status: 200, body: '{"challenge":"c-1"}' })
  const asked = encrypted ? decrypted(posts[0] as Post) : JSON.parse(String(posts[0]?.body))
  expect(asked).toEqual({ challenge: 'c-1', token: feishu.app.verificationToken, type: 'url_verification' })
  expect(posts[0]?.headers['x-lark-signature']).toBeUndefined()
})
