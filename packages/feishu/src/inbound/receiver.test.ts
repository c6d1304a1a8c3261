import { createCipheriv, createHash } from 'node:crypto'
import { Rejected, Unauthenticated, Unavailable } from '@waystation/domain'
import { expect, test } from 'vitest'
import type { ReceivingApp } from './authenticate.ts'
import { feishuReceiver } from './receiver.ts'
import type { Replays } from './replays.ts'

const now = 1_700_000_000_000
const app: ReceivingApp = {
  appId: 'cli_1',
  encryptKey: 'key',
  verificationToken: 'token',
  language: 'zh-CN',
  bot: () => ({ openId: 'ou_bot', name: 'Bot' }),
}

function startReceiver(more: Partial<ReceivingApp> = {}) {
  const accepted = new Set<string>()
  const replays: Replays = {
    seen: async (appId, signature) => accepted.has(`${appId} ${signature}`),
    remember: async (appId, signature) => void accepted.add(`${appId} ${signature}`),
  }
  return { accepted, receiver: feishuReceiver([{ ...app, ...more }], replays, () => now) }
}

function encrypted(plain: object) {
  const iv = Buffer.alloc(16, 7)
  const cipher = createCipheriv('aes-256-cbc', createHash('sha256').update('key').digest(), iv)
  const bytes = Buffer.concat([iv, cipher.update(JSON.stringify(plain)), cipher.final()])
  return Buffer.from(JSON.stringify({ encrypt: bytes.toString('base64') }))
}

function signed(plain: object, nonce = 'n') {
  const body = encrypted(plain)
  const signature = createHash('sha256').update(`1700000000${nonce}key`).update(body).digest('hex')
  const headers = {
    'x-lark-request-timestamp': '1700000000',
    'x-lark-request-nonce': nonce,
    'x-lark-signature': signature,
  }
  return { headers, body }
}

const envelope = (event_type: string, event: object) => ({
  schema: '2.0',
  header: { event_id: 'e1', event_type, create_time: '1700000000000', token: 'token', app_id: 'cli_1' },
  event,
})
const message = envelope('im.message.receive_v1', {
  sender: { sender_id: { open_id: 'ou_ann' }, sender_type: 'user' },
  message: {
    message_id: 'om_1',
    create_time: '1699999999000',
    chat_id: 'oc_1',
    chat_type: 'p2p',
    message_type: 'text',
    content: '{"text":"你好"}',
  },
})

test('an event is received for the bot of its app', async () => {
  const { messages } = await startReceiver().receiver.receive(signed(message))
  expect(messages).toMatchObject([
    {
      id: 'om_1',
      conversation: 'feishu.cli_1.oc_1',
      sender: { id: 'ou_ann', language: 'zh-CN' },
      text: '你好',
      receivedAt: now,
      traceId: expect.stringMatching(/^[\da-f]{32}$/),
    },
  ])
})

test('a request that was accepted means nothing when it comes again; until then it does', async () => {
  const { receiver, accepted } = startReceiver()
  const first = await receiver.receive(signed(message))
  const second = await receiver.receive(signed(message))
  expect(second.messages).toHaveLength(1)
  expect(accepted.size).toBe(0)

  await first.done?.()
  expect(await receiver.receive(signed(message))).toEqual({ messages: [], ignored: ['replayed'] })
  expect((await receiver.receive(signed(message, 'another nonce'))).messages).toHaveLength(1)
})

test('what was accepted is not even parsed again', async () => {
  const { receiver } = startReceiver()
  const bad = signed({ ...message, event: 'no event' })
  await expect(receiver.receive(bad)).rejects.toThrow(Rejected)
  const remembering = feishuReceiver([app], { seen: async () => true, remember: async () => {} }, () => now)
  expect((await remembering.receive(bad)).ignored).toEqual(['replayed'])
})

test('the address is proven at once, while the bot is not known and Redis away too', async () => {
  const away: Replays = {
    seen: () => Promise.reject(new Unavailable('away')),
    remember: () => Promise.reject(new Unavailable('away')),
  }
  const receiver = feishuReceiver([{ ...app, bot: () => undefined }], away, () => now)
  const asked = { challenge: 'c1', token: 'token', type: 'url_verification' }
  for (const request of [{ headers: {}, body: encrypted(asked) }, signed(asked)]) {
    const { answer, messages, ignored } = await receiver.receive(request)
    expect(answer?.(false)).toEqual({ challenge: 'c1' })
    expect([messages, ignored]).toEqual([[], ['url_verification']])
  }
})

test('while the bot is not known an event is to be sent again', async () => {
  const { receiver } = startReceiver({ bot: () => undefined })
  await expect(receiver.receive(signed(message))).rejects.toThrow(Unavailable)
})

test('while Redis is away an event is to be sent again', async () => {
  const away = () => Promise.reject(new Unavailable('away'))
  const receiver = feishuReceiver([app], { seen: away, remember: away }, () => now)
  await expect(receiver.receive(signed(message))).rejects.toThrow(Unavailable)
})

test('what is not believed is refused', async () => {
  const { receiver } = startReceiver()
  const { headers } = signed(message)
  await expect(receiver.receive({ headers, body: Buffer.from('not even JSON') })).rejects.toThrow(Unauthenticated)
})

test('an app without a key needs no memory of requests: messages are known by their id', async () => {
  const { encryptKey: _, ...open } = app
  const never = () => Promise.reject(new Error('asked'))
  const receiver = feishuReceiver([open], { seen: never, remember: never }, () => now)
  const received = await receiver.receive({ headers: {}, body: Buffer.from(JSON.stringify(message)) })
  expect(received.messages).toHaveLength(1)
  expect(received.done).toBeUndefined()
})
