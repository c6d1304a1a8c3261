import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { type FeishuApp, hex } from './apps.ts'
import { isObject, tryParse } from './card.ts'
import type { Body } from './endpoint.ts'
import { decodeFrame, encodeFrame, type Frame } from './frame.ts'
import { Refused } from './refused.ts'
import { credible } from './tokens.ts'
import type { FeishuEvent } from './wire.ts'

const MOST_CONNECTIONS = 50
const SERVICE = 33_554_678
/** A longer event comes in several frames. */
const LARGEST_PAYLOAD_BYTES = 64 * 1024

/** The SDK listens a moment after its socket opens: what came with the handshake would be lost. It pings at once. */
const READY_WITHIN_MS = 500

/** How the platform tells clients to behave, in seconds. */
export type ConnectionOptions = { pingSeconds?: number; reconnectSeconds?: number; reconnectJitterSeconds?: number }

/** What the client said of an event: `data` is what its handler returned. */
export type Ack = { code: number; data: unknown }

type Connection = {
  socket: WebSocket
  appId: string
  /** It has said something, or had the time to. */
  isReady: boolean
  waiting: Map<string, (ack: Ack | undefined) => void>
}

export type Connections = Awaited<ReturnType<typeof startConnections>>

/** The long connections: the client asks where, connects, and takes events in frames. */
export async function startConnections(apps: readonly FeishuApp[], options: ConnectionOptions) {
  const { pingSeconds = 120, reconnectSeconds = 120, reconnectJitterSeconds = 30 } = options
  const clientConfig = {
    ReconnectCount: -1,
    ReconnectInterval: reconnectSeconds,
    ReconnectNonce: reconnectJitterSeconds,
    PingInterval: pingSeconds,
  }
  const tickets = new Map<string, string>()
  const open = new Set<Connection>()
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, verifyClient: verify })
  await once(server, 'listening')
  // Only a server on a pipe has a string for an address.
  const { port } = server.address() as AddressInfo
  server.on('connection', accept)

  function endpoint({ AppID, AppSecret }: Body): object {
    const { appId } = askedBy(AppID, AppSecret)
    const ticket = hex(32)
    tickets.set(ticket, appId)
    // The SDK reads `device_id` and `service_id` out of the whole address, so another name must come first.
    const query = `fpid=493&aid=552564&device_id=${hex(16)}&access_key=${hex(32)}&service_id=${SERVICE}&ticket=${ticket}`
    return { data: { URL: `ws://127.0.0.1:${port}/ws/v2?${query}`, ClientConfig: clientConfig } }
  }

  function askedBy(appId: unknown, secret: unknown): FeishuApp {
    try {
      return credible(apps, appId, secret)
    } catch {
      throw new Refused(514, 'app_id or app_secret is invalid', 200)
    }
  }

  const appIdOf = ({ url = '' }: IncomingMessage): string | undefined =>
    tickets.get(new URLSearchParams(url.split('?')[1]).get('ticket') ?? '')

  function verify({ req }: { req: IncomingMessage }, decide: Decide): void {
    const appId = appIdOf(req)
    if (appId === undefined) decide(false, 403, 'Forbidden', { 'Handshake-Status': '403' })
    else if (openOf(appId).length < MOST_CONNECTIONS) decide(true)
    else
      decide(false, 403, 'Forbidden', {
        'Handshake-Status': '514',
        'Handshake-Msg': 'the number of connections exceeded the limit',
        'Handshake-Autherrcode': '1000040350',
      })
  }

  function accept(socket: WebSocket, request: IncomingMessage): void {
    const connection: Connection = { socket, appId: appIdOf(request) ?? '', isReady: false, waiting: new Map() }
    open.add(connection)
    const timer = setTimeout(ready, READY_WITHIN_MS, connection)
    // What goes wrong with a socket ends it, and `close` follows.
    socket.on('error', () => {})
    socket.on('message', (bytes: Buffer) => read(connection, bytes))
    socket.on('close', () => {
      clearTimeout(timer)
      open.delete(connection)
      for (const settle of connection.waiting.values()) settle(undefined)
    })
  }

  const ready = (connection: Connection): void => {
    connection.isReady = true
  }

  function read(connection: Connection, bytes: Buffer): void {
    ready(connection)
    try {
      const frame = decodeFrame(bytes)
      if (frame.method === 'data') acknowledged(connection, frame)
      else if (frame.headers.type === 'ping') connection.socket.send(encodeFrame(pong(frame)))
    } catch {
      connection.socket.terminate()
    }
  }

  /** Tells the client once more how to behave. */
  const pong = (ping: Frame): Frame => ({
    ...ping,
    headers: { type: 'pong' },
    payload: Buffer.from(JSON.stringify(clientConfig)),
  })

  function acknowledged({ waiting }: Connection, { headers, payload }: Frame): void {
    const ack = tryParse(payload.toString())
    if (!isObject(ack) || typeof ack.code !== 'number') return
    const data = typeof ack.data === 'string' ? tryParse(Buffer.from(ack.data, 'base64').toString()) : undefined
    waiting.get(headers.message_id ?? '')?.({ code: ack.code, data })
  }

  /** Hands an event to one of the app's connections; what it says of it, or nothing after `withinMs`. */
  async function send(appId: string, event: FeishuEvent, withinMs: number): Promise<Ack | undefined> {
    const able = live(appId)
    const connection = able[Math.floor(Math.random() * able.length)]
    if (!connection) return undefined
    const { promise, resolve } = Promise.withResolvers<Ack | undefined>()
    const messageId = hex(32)
    connection.waiting.set(messageId, resolve)
    const timer = setTimeout(resolve, withinMs, undefined)
    for (const frame of framesOf(messageId, event)) connection.socket.send(encodeFrame(frame))
    const ack = await promise
    clearTimeout(timer)
    connection.waiting.delete(messageId)
    return ack
  }

  const openOf = (appId?: string): Connection[] =>
    [...open].filter(({ appId: owner, socket }) => socket.readyState === socket.OPEN && owner === (appId ?? owner))

  const live = (appId?: string): Connection[] => openOf(appId).filter(({ isReady }) => isReady)

  const cut = (): void => {
    for (const { socket } of open) socket.terminate()
  }

  async function close(): Promise<void> {
    cut()
    const closed = once(server, 'close')
    server.close()
    await closed
  }

  return { endpoint, send, cut, count: (appId?: string) => live(appId).length, close }
}

type Decide = (isAccepted: boolean, status?: number, message?: string, headers?: Record<string, string>) => void

/** Over a long connection nothing is encrypted, and the token is empty: the connection is proof enough. */
function framesOf(messageId: string, event: FeishuEvent): Frame[] {
  const bytes = Buffer.from(JSON.stringify({ ...event, header: { ...event.header, token: '' } }))
  const sum = Math.ceil(bytes.length / LARGEST_PAYLOAD_BYTES)
  const ids = { type: 'event', message_id: messageId, trace_id: hex(32), sum: String(sum) }
  return Array.from({ length: sum }, (_, seq) => ({
    method: 'data',
    service: SERVICE,
    headers: { ...ids, seq: String(seq) },
    payload: bytes.subarray(seq * LARGEST_PAYLOAD_BYTES, (seq + 1) * LARGEST_PAYLOAD_BYTES),
  }))
}
