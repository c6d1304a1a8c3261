import { mkdir, mkdtempDisposable, readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { type Monitor, startMonitor } from './program.ts'

/** What is shipped. */
const CONFIGURATION = fileURLToPath(new URL('../../../../deploy/prometheus', import.meta.url))

export type PrometheusOptions = {
  /** Where those are, as `127.0.0.1:<port>`, whom prometheus.yml names by their host: `sender`, `redis-exporter`, `alertmanager`. */
  targets?: Readonly<Record<string, readonly string[]>>
  /** How often it asks, and how often it looks at its rules, in place of what prometheus.yml says: `1s`. */
  interval?: string
  /** Another folder than deploy/prometheus, of the same shape. */
  configuration?: string
}

/** One series at one moment. */
export type Sample = { labels: Record<string, string>; value: number }

export type Prometheus = Monitor & {
  /** Who is asked from now on under a host's name; it takes Prometheus up to 5 s to look. */
  setTargets(host: string, addresses: readonly string[]): Promise<void>
  /** What an expression is now. Throws what Prometheus says against it. */
  query(expr: string): Promise<Sample[]>
  /** The `data` of its API's answer: `get('/api/v1/alerts')`. */
  get(path: string, params?: Readonly<Record<string, string>>): Promise<unknown>
}

type Discovery = { dns_sd_configs?: { names: string[] }[]; static_configs?: { targets: string[] }[] }
type Configuration = {
  global: Record<string, string>
  rule_files: string[]
  alerting?: { alertmanagers: Discovery[] }
  scrape_configs: Discovery[]
}

/**
 * The real Prometheus with the configuration that is shipped: in it, each host becomes a file with addresses of this
 * machine. A host without any is like one that the DNS does not know.
 */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<Prometheus> {
  const { targets = {}, interval, configuration = CONFIGURATION } = options
  await using started = new AsyncDisposableStack()
  const home = started.use(await mkdtempDisposable(join(tmpdir(), 'prometheus-'))).path
  const hosts = join(home, 'hosts')
  await mkdir(hosts)

  async function setTargets(host: string, addresses: readonly string[]): Promise<void> {
    const draft = join(home, `${host}.draft`)
    // The label is the one that dns_sd_configs would give.
    await writeFile(draft, JSON.stringify([{ targets: addresses, labels: { __meta_dns_name: host } }]))
    await rename(draft, join(hosts, `${host}.json`))
  }
  for (const [host, addresses] of Object.entries(targets)) await setTargets(host, addresses)

  const shipped: Configuration = parse(await readFile(join(configuration, 'prometheus.yml'), 'utf8'))
  for (const group of [...shipped.scrape_configs, ...(shipped.alerting?.alertmanagers ?? [])]) findInFiles(group, hosts)
  shipped.rule_files = shipped.rule_files.map(file => join(configuration, file))
  if (interval) shipped.global = { ...shipped.global, scrape_interval: interval, evaluation_interval: interval }
  if (interval) shipped.global.scrape_timeout = interval
  const file = join(home, 'prometheus.yml')
  // What is JSON is YAML.
  await writeFile(file, JSON.stringify(shipped))

  const monitor = started.use(
    await startMonitor(
      'prometheus',
      address => [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(home, 'data')}`,
        `--web.listen-address=${address}`,
      ],
      { path: '/-/ready' },
    ),
  )
  await setTargets('localhost', [monitor.address])

  async function get(path: string, params: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const answer = await fetch(`http://${monitor.address}${path}?${new URLSearchParams(params)}`)
    // Its API's envelope.
    const { data, error } = (await answer.json()) as { data?: unknown; error?: string }
    if (error !== undefined) throw new Error(`Prometheus: ${error}\n${JSON.stringify(params)}`)
    return data
  }

  const end = started.move()
  return {
    ...monitor,
    setTargets,
    get,
    async query(expr) {
      // As its API describes them; a scalar is a vector of one.
      const data = (await get('/api/v1/query', { query: expr })) as
        | { resultType: 'vector'; result: { metric: Record<string, string>; value: [number, string] }[] }
        | { resultType: 'scalar'; result: [number, string] }
      if (data.resultType === 'scalar') return [{ labels: {}, value: Number(data.result[1]) }]
      return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }))
    },
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
}

/** By the same names, in files in the place of the DNS. */
function findInFiles(group: Discovery & { file_sd_configs?: object[] }, hosts: string): void {
  const names = [
    ...(group.dns_sd_configs ?? []).flatMap(({ names }) => names),
    ...(group.static_configs ?? []).flatMap(({ targets }) => targets.map(target => target.replace(/:\d+$/, ''))),
  ]
  delete group.dns_sd_configs
  delete group.static_configs
  group.file_sd_configs = [{ files: names.map(name => join(hosts, `${name}.json`)) }]
}
