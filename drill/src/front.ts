import { once } from 'node:events'
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, makeCertificate } from '@waystation/redis'

/** As long as certbot's are good. */
const DAYS = 90

export type Front = Awaited<ReturnType<typeof startFront>>

/** What the public front is for whoever watches it: TLS, a certificate, and an answer. */
export async function startFront() {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await mkdtempDisposable(join(tmpdir(), 'front-'))).path
  const port = await freePort()
  const server = createServer((_, response) => response.end('ok'))

  async function certify(days = DAYS): Promise<void> {
    const { file, keyFile } = await makeCertificate(folder, 'IP:127.0.0.1', days)
    server.setSecureContext({ cert: await readFile(file), key: await readFile(keyFile) })
  }
  async function listen(): Promise<void> {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  }
  async function close(): Promise<void> {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  await certify()
  await listen()
  started.defer(close)
  const end = started.move()
  return {
    url: `https://127.0.0.1:${port}/healthz`,
    certify,
    listen,
    close,
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
}
