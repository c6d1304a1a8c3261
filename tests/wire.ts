import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A wire to a server. Cut, it ends every connection, and each new one as soon as it is made. */
export type Wire = AsyncDisposable & {
  /** What `address` was, by way of the wire. */
  address: string
  cut(): void
  mend(): void
  /** When somebody tried to connect while it was cut, ms since 1970. */
  triedAt: readonly number[]
}

export async function layWire(address: string): Promise<Wire> {
  const end = new URL(address)
  const triedAt: number[] = []
  const sockets = new Set<Socket>()
  let isCut = false

  const server = createServer(near => {
    if (isCut) {
      triedAt.push(Date.now())
      near.destroy()
      return
    }
    const far = connect(Number(end.port), end.hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Only a server on a pipe has a string for an address.
  const { port } = server.address() as AddressInfo
  const drop = () => sockets.forEach(socket => void socket.destroy())
  return {
    address: Object.assign(new URL(address), { port: String(port) }).href,
    cut() {
      isCut = true
      drop()
    },
    mend() {
      isCut = false
    },
    triedAt,
    async [Symbol.asyncDispose]() {
      server.close()
      drop()
    },
  }
}
