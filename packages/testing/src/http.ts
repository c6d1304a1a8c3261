import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Longer than any client keeps an idle connection, so that ours never closes one under a request. */
const KEEP_ALIVE_MS = 120_000

export type Listening = { origin: string; close(): Promise<void> }

/** Listens on a free port of 127.0.0.1. `close` ends every connection at once, as a machine that goes away does. */
export async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Only a server on a pipe has a string for an address.
  const { port } = server.address() as AddressInfo
  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return { origin: `http://127.0.0.1:${port}`, close }
}

/** The whole body; rejects when the client goes away before its end. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => resolve(Buffer.concat(chunks))).on('error', reject)
  return promise
}

/** Answers in one write, which `writeHead` would make two. */
export function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.statusCode = status
  response.setHeader('content-type', contentType)
  response.end(body)
}
