import { execFile } from 'node:child_process'
import { cp, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Monitor, startMonitor } from './program.ts'

/** What is shipped. */
const CONFIGURATION = fileURLToPath(new URL('../../../../deploy/alertmanager', import.meta.url))

const exec = promisify(execFile)

type Change = (text: string) => string

export type AlertmanagerOptions = {
  /** Where `http://alerts:3000` is: `http://127.0.0.1:<port>`. */
  alerts: string
  /** What .env would say, and what else the process is to know. */
  env: Readonly<Record<string, string>>
  /** What becomes of alertmanager.yml before it is read. */
  change?: Change
}

export type Alertmanager = Monitor & {
  /** It reads what is shipped anew, with another change. */
  reload(change: Change): Promise<void>
}

/** The real Alertmanager, as start.sh starts it, with the alertmanager.yml that is shipped; the relay has another address. */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<Alertmanager> {
  const { alerts, change = text => text } = options
  await using started = new AsyncDisposableStack()
  const home = started.use(await mkdtempDisposable(join(tmpdir(), 'alertmanager-'))).path
  const shipped = join(home, 'shipped')
  await cp(CONFIGURATION, shipped, { recursive: true })
  const env = { ...options.env, RUNTIME_DIRECTORY: join(home, 'run') }

  async function write(change: Change): Promise<void> {
    const text = await readFile(join(CONFIGURATION, 'alertmanager.yml'), 'utf8')
    await writeFile(join(shipped, 'alertmanager.yml'), change(text.replaceAll('http://alerts:3000', alerts)))
  }
  await write(change)
  const monitor = started.use(
    await startMonitor(
      'sh',
      address => [
        join(shipped, 'start.sh'),
        `--storage.path=${join(home, 'data')}`,
        `--web.listen-address=${address}`,
        // It stands alone.
        '--cluster.listen-address=',
      ],
      { path: '/-/ready', env },
    ),
  )

  const end = started.move()
  return {
    ...monitor,
    async reload(change) {
      await write(change)
      const { PATH = '' } = process.env
      await exec('sh', [join(shipped, 'prepare.sh')], { env: { PATH, ...env } })
      const answer = await fetch(`http://${monitor.address}/-/reload`, { method: 'POST' })
      if (!answer.ok) throw new Error(`Alertmanager does not reload: ${await answer.text()}`)
    },
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
}
