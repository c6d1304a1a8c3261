import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@waystation/redis'
import { checkOut, configure } from './folder.ts'
import { operate } from './operate.ts'
import type { Certificate } from './tls.ts'

const exec = promisify(execFile)

/** Of a whole log. */
const MOST_OUTPUT_BYTES = 100 * 1024 * 1024

export type Server = Awaited<ReturnType<typeof startServer>>

/** Why there can be no server here, if so. */
export async function whyNoServer(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'it kills processes in containers, which takes root'
  const asked = await Promise.all([exec('docker', ['info']), exec('docker', ['compose', 'version'])]).catch(
    () => undefined,
  )
  return asked ? undefined : 'there is no Docker engine with Compose that answers'
}

/** The address by which containers reach this machine. */
export async function hostAddress(): Promise<string> {
  const gateway = '{{(index .IPAM.Config 0).Gateway}}'
  return (await exec('docker', ['network', 'inspect', 'bridge', '--format', gateway])).stdout.trim()
}

/**
 * A server as docs/install.md makes it: this checkout in a folder of its own, with an `.env` and a certificate, built and
 * started by Compose. `settings` are added to `.env`. It is thrown away at the end, with all that it held.
 */
export async function startServer(settings: Readonly<Record<string, string>>, certificate: Certificate) {
  await using started = new AsyncDisposableStack()
  const { path: folder } = started.use(await mkdtempDisposable(join(tmpdir(), 'waystation-server-')))
  const [httpPort, httpsPort] = [await freePort(), await freePort()]
  const project = `waystation-${randomBytes(4).toString('hex')}`
  await checkOut(folder)
  await configure(folder, certificate, {
    REDIS_PASSWORD: randomBytes(32).toString('hex'),
    HTTP_PORT: String(httpPort),
    HTTPS_PORT: String(httpsPort),
    COMPOSE_PROJECT_NAME: project,
    COMPOSE_FILE: 'docker-compose.yml:trust.yml',
    WAYSTATION_VERSION: project,
    ...settings,
  })

  /** In the server's folder. Rejects with what was printed. */
  async function run(command: string, ...args: string[]): Promise<string> {
    return (await exec(command, args, { cwd: folder, maxBuffer: MOST_OUTPUT_BYTES })).stdout
  }

  const operator = operate(run)
  started.defer(async () => {
    await operator.compose('down', '--volumes', '--timeout', '1')
    await run('docker', 'image', 'rm', '--force', `waystation:${project}`)
  })
  await operator.compose('build')
  await operator.scale({})

  const end = started.move()
  return {
    folder,
    origin: `https://127.0.0.1:${httpsPort}`,
    plainOrigin: `http://127.0.0.1:${httpPort}`,
    run,
    ...operator,
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
}
