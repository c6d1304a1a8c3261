import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Metrics, readMetrics } from '@waystation/testing'
import type { Certificate } from './tls.ts'

const exec = promisify(execFile)
const repository = fileURLToPath(new URL('../..', import.meta.url))

/** A build from nothing, on a busy machine. */
const HEALTHY_WITHIN_SECONDS = 600

/** So that services believe the certificate that the simulators have. */
const TRUST = `services:
${['gateway-telegram', 'gateway-feishu', 'inference', 'sender']
  .map(service => `  ${service}: { environment: { NODE_EXTRA_CA_CERTS: /etc/waystation/trust.pem } }`)
  .join('\n')}
`

/** Of a log, when a test has failed. */
const LAST_LINES = 200

export type Container = { id: string; image: string; pid: number; address: string; health: string }

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
  const checkout = 'git ls-files -z -co --exclude-standard | tar -c --null -T - --ignore-failed-read | tar -x -C "$0"'
  await exec('sh', ['-c', checkout, folder], { cwd: repository })
  const [httpPort, httpsPort] = [await freePort(), await freePort()]
  const project = `waystation-${randomBytes(4).toString('hex')}`
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
    const { stdout } = await exec(command, args, { cwd: folder, maxBuffer: 100 * 1024 * 1024 })
    return stdout
  }

  const compose = (...args: string[]): Promise<string> => run('docker', 'compose', ...args)

  started.defer(async () => {
    await compose('down', '--volumes', '--timeout', '1')
    await run('docker', 'image', 'rm', '--force', `waystation:${project}`)
  })
  const up = (...flags: string[]) =>
    compose('up', '-d', '--wait', '--wait-timeout', String(HEALTHY_WITHIN_SECONDS), ...flags)
  await compose('build')
  await up()

  async function containers(service: string): Promise<Container[]> {
    const ids = (await compose('ps', '--quiet', service)).split('\n').filter(Boolean)
    return Promise.all(ids.map(inspect))
  }

  async function inspect(id: string): Promise<Container> {
    const format =
      '{{.Image}} {{.State.Pid}} {{.State.Health.Status}}{{range .NetworkSettings.Networks}} {{.IPAddress}}{{end}}'
    const [image = '', pid, health = '', address = ''] = (await run('docker', 'inspect', '--format', format, id))
      .trim()
      .split(' ')
    return { id, image, pid: Number(pid), address, health }
  }

  const end = started.move()
  return {
    folder,
    origin: `https://127.0.0.1:${httpsPort}`,
    plainOrigin: `http://127.0.0.1:${httpPort}`,
    run,
    compose,
    containers,
    /** As an operator does it. */
    scale: (replicas: Readonly<Record<string, number>>) =>
      up(...Object.entries(replicas).flatMap(([service, count]) => ['--scale', `${service}=${count}`])),
    /** The process in a service's first container dies by itself, as for want of memory; resolves when all are well again. */
    async kill(service: string): Promise<void> {
      const [first] = await containers(service)
      if (!first) throw new Error(`no container of ${service} runs`)
      process.kill(first.pid, 'SIGKILL')
      for (;;) {
        const { pid, health } = await inspect(first.id)
        if (pid > 0 && pid !== first.pid && health === 'healthy') return
        await sleep(200)
      }
    },
    /** What each of a service's containers has counted. */
    async metrics(service: string): Promise<Metrics[]> {
      const pages = (await containers(service)).map(async ({ address }) => fetch(`http://${address}:3000/metrics`))
      return Promise.all(pages.map(async page => readMetrics([await (await page).text()])))
    },
    /** Prints what nginx could not have answered, and what went wrong in these services. */
    async explain(services: string[]): Promise<void> {
      const logs = await compose('logs', '--timestamps', 'nginx', ...services)
      const telling = logs
        .split('\n')
        .filter(line => /"status":5|"level":"(warn|error|fatal)"|\[(warn|error)\]/.test(line))
      process.stderr.write(`${telling.slice(-LAST_LINES).join('\n')}\n`)
    },
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
}

async function configure(folder: string, { cert, key }: Certificate, env: Record<string, string>): Promise<void> {
  const example = await readFile(join(folder, '.env.example'), 'utf8')
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  // In front of what the example says, whose COMPOSE_PROFILES are made of it.
  const rest = example.split('\n').filter(line => !Object.hasOwn(env, line.split('=')[0] ?? ''))
  await writeFile(join(folder, '.env'), [...lines, ...rest].join('\n'), { mode: 0o600 })
  await writeFile(join(folder, 'trust.yml'), TRUST)
  for (const name of ['tls', 'config', 'acme']) await mkdir(join(folder, 'site', name), { recursive: true })
  await writeFile(join(folder, 'site/config/trust.pem'), cert)
  await writeFile(join(folder, 'site/tls/fullchain.pem'), cert)
  await writeFile(join(folder, 'site/tls/privkey.pem'), key)
  // Readable by whoever nginx is in its image.
  await chmod(join(folder, 'site/tls/privkey.pem'), 0o644)
}

/** Below those that the kernel gives to whoever asks for any. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(20_000 + Math.floor(Math.random() * 10_000))
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    const address = server.address()
    server.close()
    if (isFree && typeof address === 'object' && address) return address.port
  }
}
