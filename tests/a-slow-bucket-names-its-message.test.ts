import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Station, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

const OPEN_METRICS = 'application/openmetrics-text'
const hasPrometheus = spawnSync('prometheus', ['--version']).status === 0
if (!hasPrometheus) console.warn("no prometheus here: Debian's package prometheus has it")

const page = ({ web }: Station, accept?: string) => fetch(`${web}/metrics`, accept ? { headers: { accept } } : {})
const traceIds = ({ output }: Station) => new Set([...output.matchAll(/"traceId":"(\w+)"/g)].map(([, id]) => id))

async function answered(...texts: string[]): Promise<Station> {
  const station = await startStation()
  const chat = station.telegram.privateChat()
  for (const text of texts) {
    chat.say(text)
    await station.settled()
  }
  return station
}

test('/metrics names traces to who reads OpenMetrics, and is plain text to everybody else', async () => {
  await using station = await answered('one', 'two')
  const before = await (await page(station)).text()
  const asked = await page(station, `${OPEN_METRICS};version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;q=0.5`)
  const open = await asked.text()
  expect(asked.headers.get('content-type')).toContain(OPEN_METRICS)
  expect(open.endsWith('\n# EOF\n')).toBe(true)

  const exemplars = [...open.matchAll(/^(\w+)_bucket\{.*\} \d+ # \{trace_id="(\w+)"\} [\d.e-]+ [\d.]+$/gm)]
  expect(new Set(exemplars.map(([, name]) => name))).toEqual(
    new Set(['waystation_stage_seconds', 'waystation_model_call_seconds']),
  )
  for (const [, , traceId] of exemplars) expect(traceIds(station)).toContain(traceId)

  // Who read OpenMetrics before changes nothing for others.
  const plain = await page(station, 'text/plain')
  const after = await plain.text()
  expect(plain.headers.get('content-type')).toContain('text/plain')
  expect(after).not.toMatch(/trace_id|# EOF/)
  const kindsOf = (text: string) => text.match(/^# TYPE .*$/gm)
  expect(kindsOf(after)).toEqual(kindsOf(before))
  expect(kindsOf(after)).toContain('# TYPE waystation_turns_total counter')
  const namesOf = (text: string) => new Set([...text.matchAll(/^\w+/gm)].map(([name]) => name))
  // Some begin when memory is tidied up for the first time.
  expect(namesOf(before).difference(namesOf(open))).toEqual(new Set())
  expect(namesOf(open).difference(namesOf(after))).toEqual(new Set())
})

test.skipIf(!hasPrometheus)(
  'Prometheus keeps every series, and knows a message of a bucket by its trace id',
  async () => {
    await using station = await answered('one', 'two')
    const plain = await (await page(station)).text()
    const expected = new Set([...plain.matchAll(/^\w+/gm)].map(([name]) => name))
    await using prometheus = await startPrometheus(new URL(station.web).host)
    const sampleOf = async (query: string) =>
      (await prometheus.ask<Value>(`query?query=${encodeURIComponent(query)}`)).result[0]?.value[1]
    await vi.waitUntil(async () => (await sampleOf('up')) === '1', { timeout: 30_000, interval: 100 })

    const names = new Set(await prometheus.ask<string[]>('label/__name__/values'))
    expect(expected.difference(names)).toEqual(new Set())
    // As deploy/prometheus/rules asks.
    expect(await sampleOf('waystation_stage_seconds_bucket{stage="taken", le=~"2|2.0"}')).toBe('2')
    const started = new Date(Date.now() - 3_600_000).toISOString()
    const query = (name: string) => `query_exemplars?query=${name}&start=${started}&end=${new Date().toISOString()}`
    for (const name of ['waystation_stage_seconds_bucket', 'waystation_model_call_seconds_bucket']) {
      const series = await prometheus.ask<Exemplars[]>(query(name))
      const found = series.flatMap(one => one.exemplars.map(({ labels }) => labels.trace_id))
      expect(found.length).toBeGreaterThan(0)
      expect(new Set(found).difference(traceIds(station))).toEqual(new Set())
    }
  },
)

type Value = { result: { value: [at: number, value: string] }[] }
type Exemplars = { exemplars: { labels: { trace_id: string } }[] }

/** Asks one address each second. */
async function startPrometheus(target: string) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'prometheus-'))
  const file = join(folder.path, 'prometheus.yml')
  const job = { job_name: 'waystation', scrape_interval: '1s', static_configs: [{ targets: [target] }] }
  await writeFile(file, JSON.stringify({ scrape_configs: [job] }))
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn('prometheus', [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder.path, 'data')}`,
    `--web.listen-address=${address}`,
    '--enable-feature=exemplar-storage',
  ])
  child.stderr.resume()
  const isReady = () =>
    fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  await vi.waitUntil(isReady, { timeout: 30_000, interval: 100 })
  return {
    async ask<Data>(path: string): Promise<Data> {
      // What Prometheus documents for this path.
      const { data } = (await (await fetch(`http://${address}/api/v1/${path}`)).json()) as { data: Data }
      return data
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
