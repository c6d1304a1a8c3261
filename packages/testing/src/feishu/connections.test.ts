import { EventDispatcher, LoggerLevel, WSClient } from '@larksuiteoapi/node-sdk'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { button, byReference, cardJson, eventually, startWithBot } from './bot.ts'
import { decodeFrame, encodeFrame } from './frame.ts'
import type { FeishuSimulator } from './simulator.ts'
import type { Received } from './wire.ts'

/** So short that a cut is over soon. */
const connection = { reconnectSeconds: 0.02, reconnectJitterSeconds: 0.02 }

type Handlers = Record<string, (event: never) => unknown>

/** The SDK's own client, once it is connected. */
async function connect(feishu: FeishuSimulator, handlers: Handlers) {
  const { appId, appSecret } = feishu.app
  const client = new WSClient({ appId, appSecret, domain: feishu.baseUrl, loggerLevel: LoggerLevel.fatal })
  onTestFinished(() => client.close({ force: true }))
  const before = feishu.connections()
  const eventDispatcher = new EventDispatcher({ loggerLevel: LoggerLevel.fatal }).register(handlers)
  await client.start({ eventDispatcher })
  await eventually(() => feishu.connections()).toBe(before + 1)
  return client
}

const textOf = ({ message }: Received): string => JSON.parse(message.content).text

test('the SDK connects, receives and acknowledges', async () => {
  const { feishu } = await startWithBot({ connection })
  const received: Received[] = []
  await connect(feishu, { 'im.message.receive_v1': (event: Received) => void received.push(event) })
  feishu.p2p().say('你好')
  await eventually(() => feishu.unfinished().events).toBe(0)
  expect(received.map(textOf)).toEqual(['你好'])
  expect(received[0]).toMatchObject({ app_id: feishu.app.appId, token: '' })
  expect(feishu.pushes).toMatchObject([{ type: 'im.message.receive_v1', attempt: 1, status: 200 }])
})

test('what is too long for a frame comes in several', async () => {
  const { feishu } = await startWithBot({ connection })
  const received: string[] = []
  await connect(feishu, { 'im.message.receive_v1': (event: Received) => void received.push(textOf(event)) })
  const words = '字'.repeat(45_000)
  feishu.p2p().say(words)
  await eventually(() => feishu.unfinished().events).toBe(0)
  expect(received).toEqual([words])
})

test('after a cut the SDK is back by itself, and what was not taken comes again', async () => {
  const { feishu } = await startWithBot({ connection, retryFactor: 0.02 })
  const received: string[] = []
  const { promise: cut, resolve } = Promise.withResolvers<void>()
  await connect(feishu, {
    'im.message.receive_v1': async (event: Received) => {
      received.push(textOf(event))
      if (received.length === 1) await cut
    },
  })
  const chat = feishu.p2p()
  chat.say('hi')
  await eventually(() => received.length).toBe(1)
  feishu.cutConnections()
  await eventually(() => feishu.pushes[0]?.durationMs).toBeGreaterThan(0)
  resolve()
  await eventually(() => feishu.unfinished().events).toBe(0)
  expect(received).toEqual(['hi', 'hi'])
  // A slow client may miss the first of the attempts that follow.
  expect([feishu.pushes[0]?.status, feishu.pushes.at(-1)?.status]).toEqual([0, 200])
  expect(feishu.connections(feishu.app.appId)).toBe(1)
})

test('a handler that throws gets the event again', async () => {
  const { feishu } = await startWithBot({ connection, retryFactor: 0.001 })
  let calls = 0
  await connect(feishu, {
    'im.message.receive_v1': () => {
      if (++calls === 1) throw new Error('busy')
    },
  })
  feishu.p2p().say('hi')
  await eventually(() => feishu.unfinished().events).toBe(0)
  expect(feishu.pushes.map(({ status }) => status)).toEqual([500, 200])
})

test('each event goes to one of the connections', async () => {
  const { feishu } = await startWithBot({ connection })
  const received: [string[], string[]] = [[], []]
  for (const own of received)
    await connect(feishu, { 'im.message.receive_v1': (event: Received) => void own.push(textOf(event)) })
  const chat = feishu.p2p()
  const texts = Array.from({ length: 60 }, (_, index) => String(index + 10))
  for (const words of texts) chat.say(words)
  await eventually(() => feishu.unfinished().events).toBe(0)
  expect(received.flat().toSorted()).toEqual(texts)
  // By chance all go to one about once in 10^18 times.
  expect(received.map(({ length }) => length > 0)).toEqual([true, true])
})

test('a press comes over the connection, and the handler answers it', async () => {
  const { feishu, call, send } = await startWithBot({ connection })
  const toast = { type: 'info' as const, content: 'Stopping' }
  const pressed: unknown[] = []
  await connect(feishu, {
    'card.action.trigger': (event: { action: unknown }) => {
      pressed.push(event.action)
      return { toast }
    },
  })
  const chat = feishu.p2p()
  const json = cardJson('…', { config: { streaming_mode: true }, more: [button('Stop', { stop: 'r1' })] })
  const made = await call('POST', '/cardkit/v1/cards', { type: 'card_json', data: JSON.stringify(json) })
  const { data } = await send(chat.id, byReference(made.data.card_id))
  expect(await feishu.press(String(data.message_id), 'Stop')).toEqual({ toast })
  expect(pressed).toMatchObject([{ tag: 'button', value: { stop: 'r1' } }])
})

test('wrong credentials, unknown tickets and a fifty-first connection are refused', async () => {
  const { feishu } = await startWithBot()
  const { appId, appSecret } = feishu.app
  const ask = async (body: object): Promise<{ code: number; data?: { URL: string } }> => {
    const answer = await fetch(`${feishu.baseUrl}/callback/ws/endpoint`, { method: 'POST', body: JSON.stringify(body) })
    // What the SDK reads.
    return (await answer.json()) as { code: number; data?: { URL: string } }
  }
  expect(await ask({ AppID: appId, AppSecret: 'x' })).toMatchObject({ code: 514 })
  const { data } = await ask({ AppID: appId, AppSecret: appSecret })
  const address = data?.URL ?? ''

  const open = () => {
    const socket = new WebSocket(address)
    onTestFinished(() => socket.terminate())
    return new Promise<WebSocket>((resolve, reject) => socket.on('open', () => resolve(socket)).on('error', reject))
  }
  const sockets = await Promise.all(Array.from({ length: 50 }, open))
  await eventually(() => feishu.connections()).toBe(50)
  await expect(open()).rejects.toThrow('403')
  await expect(new Promise((_, reject) => new WebSocket(`${address}x`).on('error', reject))).rejects.toThrow('403')

  const [socket] = sockets
  const answered = new Promise<Buffer>(resolve => socket?.on('message', resolve))
  const ping = { method: 'control', service: 7, headers: { type: 'ping' }, payload: Buffer.alloc(0) } as const
  socket?.send(encodeFrame(ping))
  const pong = decodeFrame(await answered)
  expect(pong).toMatchObject({ method: 'control', service: 7, headers: { type: 'pong' } })
  expect(JSON.parse(pong.payload.toString())).toMatchObject({ PingInterval: 120, ReconnectInterval: 120 })
})

test('an app without a connection keeps its webhook', async () => {
  const { feishu } = await startWithBot({ connection, apps: [{}, {}] })
  const received: string[] = []
  await connect(feishu, { 'im.message.receive_v1': (event: Received) => void received.push(textOf(event)) })
  feishu.p2p({ app: feishu.apps[1] }).say('to the other')
  // Nobody listens at a webhook here.
  await eventually(() => feishu.pushes).toMatchObject([{ status: 0 }])
  expect(received).toEqual([])
  expect(feishu.connections(feishu.apps[1]?.appId)).toBe(0)
})
