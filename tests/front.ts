import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { freePort } from '@waystation/redis'
import type { Certificate } from './compose/tls.ts'

const NGINX = fileURLToPath(new URL('../nginx', import.meta.url))
const START_WITHIN_MS = 30_000
/** An ordinary user, as nginx runs in its container; where tests are root's. */
export const NOBODY = 65_534

/** A shell that ends its process group when whoever started it has gone; see packages/testing/src/station/process.ts. */
const LEASH = '(read -r _ <&3; kill -9 0) >/dev/null 2>&1 & exec "$0" 3<&-'

const PATH = `${process.env.PATH}:/usr/sbin`
const isHere = (program: string) => spawnSync(program, ['-V'], { env: { PATH } }).error === undefined
export const hasNginx = isHere('nginx') && isHere('envsubst')
if (!hasNginx)
  process.stderr.write('SKIPPED: the public front, for want of nginx (apt-get install nginx-light gettext-base)\n')

export type Front = AsyncDisposable & {
  /** `https://127.0.0.1:<port>` */
  origin: string
  port: number
  /** Where plain HTTP is answered. */
  plain: string
  /** As the checkout's site/: tls/ and acme/. */
  site: string
  /** What nginx wrote to its standard output, and to its standard error. */
  lines(): string[]
  errors(): string
}

/** nginx as it runs on a server without Docker, before gateways at fixed addresses. */
export async function startFront(env: Readonly<Record<string, string>>, certificate?: Certificate): Promise<Front> {
  await using started = new AsyncDisposableStack()
  const home = started.adopt(await mkdtemp(join(tmpdir(), 'front-')), path => rm(path, { recursive: true }))
  await chmod(home, 0o755)
  const [site, run] = [join(home, 'site'), join(home, 'run')]
  await cp(NGINX, join(home, 'nginx'), { recursive: true })
  for (const folder of [run, join(site, 'tls'), join(site, 'acme')]) await mkdir(folder, { recursive: true })
  if (certificate) await putCertificate(site, certificate)
  const isRoot = process.getuid?.() === 0
  if (isRoot) await chown(run, NOBODY, NOBODY)

  const [plainPort, port] = [await freePort(), await freePort()]
  const child = spawn('/bin/sh', ['-c', LEASH, join(home, 'nginx', 'start.sh')], {
    env: {
      PATH,
      RUNTIME_DIRECTORY: run,
      LISTEN_HTTP: `127.0.0.1:${plainPort}`,
      LISTEN_HTTPS: `127.0.0.1:${port}`,
      ...env,
    },
    detached: true,
    // A pipe of Node's is a socket, as the journal is.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  })
  started.defer(() => end(child))
  const printed = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', text => {
    printed.out += text
  })
  child.stderr?.setEncoding('utf8').on('data', text => {
    printed.err += text
  })

  const plain = `http://127.0.0.1:${plainPort}`
  const isUp = () => fetch(`${plain}/healthz`).catch(() => undefined)
  for (const deadline = Date.now() + START_WITHIN_MS; !(await isUp()); await sleep(50))
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`nginx does not start:\n${printed.err}`)

  const stack = started.move()
  return {
    origin: `https://127.0.0.1:${port}`,
    port,
    plain,
    site,
    lines: () => printed.out.split('\n').slice(0, -1),
    errors: () => printed.err,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

async function end(child: ChildProcess): Promise<void> {
  const closed = Promise.withResolvers<void>()
  child.once('close', () => closed.resolve())
  // Its group is nginx, its workers, and what waits for another certificate.
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  await closed.promise
}

/** A gateway that answers with the headers it was sent. */
export async function startMirror(): Promise<AsyncDisposable & { address: string }> {
  const server = createServer((incoming, response) => response.end(JSON.stringify(incoming.headers)))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  // It listens on a port.
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** Puts a certificate where renewals put theirs. */
export async function putCertificate(site: string, { cert, key }: Certificate): Promise<void> {
  await writeFile(join(site, 'tls', 'fullchain.pem'), cert)
  await writeFile(join(site, 'tls', 'privkey.pem'), key)
}

/** The SHA-256 of the certificate that is shown at `port`. */
export async function certificateAt(port: number): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}
