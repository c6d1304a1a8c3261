import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as units from '@grafana/grafana-foundation-sdk/units'
import {
  hasPrograms,
  type Prometheus,
  startNodeExporter,
  startPrometheus,
  startRedisExporter,
} from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { startDay } from './day.ts'
import { files } from './files.ts'

type Panel = {
  type: string
  id: number
  title: string
  datasource?: object
  targets?: { expr: string; refId: string }[]
  fieldConfig?: { defaults: { unit: string } }
}
type Variable = { name: string; datasource: object; query: { query: string }; allValue: string }
type Dashboard = { uid: string; title: string; panels: Panel[]; templating: { list: Variable[] } }

const FOLDER = join(import.meta.dirname, 'dashboards')
const READY = { timeout: 120_000, interval: 1_000 }

const isHere = hasPrograms('the dashboards', 'prometheus', 'prometheus-node-exporter', 'prometheus-redis-exporter')

const shipped = new Map(readdirSync(FOLDER).map(name => [name, readFileSync(join(FOLDER, name), 'utf8')]))
const dashboards = Array.from(shipped.values(), (text): Dashboard => JSON.parse(text))
const exprs = dashboards.flatMap(({ title, panels, templating }) =>
  panels.flatMap(panel =>
    (panel.targets ?? []).map(({ expr }) => ({
      what: `${title}, ${panel.title}: ${expr}`,
      expr: substitute(expr, templating.list),
    })),
  ),
)
const choices = dashboards.flatMap(({ templating }) => templating.list.map(({ query }) => query.query))

test('the dashboards are as the code has them; `npm run dashboards` writes them anew', () => {
  expect(shipped).toEqual(files())
})

test.each(dashboards)(
  'each panel of $title has a number of its own, a title, a unit of Grafana’s and something to ask',
  ({ panels }) => {
    const known = new Set<unknown>(Object.values(units))
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { type, title, targets = [], fieldConfig } of panels) {
      expect(title).not.toBe('')
      if (type === 'row') continue
      expect(known, title).toContain(fieldConfig?.defaults.unit)
      expect(targets.length, title).toBeGreaterThan(0)
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
    }
  },
)

test('panels ask the data source that is provided, which knows how often Prometheus asks', () => {
  const read = (path: string) => parse(readFileSync(join(import.meta.dirname, path), 'utf8'))
  const [{ uid, type, jsonData }] = read('provisioning/datasources/prometheus.yml').datasources
  const asked = dashboards.flatMap(({ panels, templating }) => [...panels, ...templating.list])
  const sources = asked.flatMap(({ datasource }) => (datasource ? [datasource] : []))
  expect(new Set(sources.map(source => JSON.stringify(source)))).toEqual(new Set([JSON.stringify({ type, uid })]))
  expect(jsonData.timeInterval).toBe(read('../prometheus/prometheus.yml').global.scrape_interval)
})

test.skipIf(!isHere)(
  'every query of every dashboard has something to show of a busy station',
  { timeout: 240_000 },
  async () => {
    await using day = await startDay()
    await using nodeExporter = await startNodeExporter()
    await using redisExporter = await startRedisExporter(day.redisUrl)
    await using prometheus = await startPrometheus({
      interval: '1s',
      targets: {
        ...day.targets,
        'node-exporter': [nodeExporter.address],
        'redis-exporter': [redisExporter.address],
      },
    })
    const services = Object.keys(day.targets).length
    await vi.waitFor(async () => expect(await prometheus.query('up == 1')).toHaveLength(services + 3), READY)
    day.begin()

    await vi.waitFor(async () => expect(await emptyOnes(prometheus)).toEqual([]), READY)
    for (const choice of choices) expect(await valuesOf(prometheus, choice), choice).not.toEqual([])

    // What ends in `or vector(0)` has something to show, be its metric's name as it may.
    const told = Object.keys((await prometheus.get('/api/v1/metadata')) as object)
    const used = exprs.flatMap(({ expr }) => expr.match(/\b(?:waystation|node|redis)_\w+/g) ?? [])
    const unknown = new Set(used).difference(new Set(told.flatMap(seriesOf)))
    expect([...unknown]).toEqual([])
  },
)

async function emptyOnes(prometheus: Prometheus): Promise<string[]> {
  const answers = await Promise.all(
    exprs.map(async ({ what, expr }) => ({ what, samples: await prometheus.query(expr) })),
  )
  return answers.filter(({ samples }) => !samples.some(({ value }) => Number.isFinite(value))).map(({ what }) => what)
}

/** As Grafana does while all is chosen. */
function substitute(expr: string, variables: Variable[]): string {
  const known: Record<string, string> = { __rate_interval: '15s', __range: '3h' }
  for (const { name, allValue } of variables) known[name] = allValue
  return expr.replaceAll(/\$(\w+)/g, (_, name) => {
    if (known[name] === undefined) throw new Error(`no variable $${name}: ${expr}`)
    return known[name]
  })
}

/** What `label_values(series, label)` offers to choose. */
async function valuesOf(prometheus: Prometheus, choice: string): Promise<unknown> {
  const [, series = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(choice) ?? []
  return prometheus.get(`/api/v1/label/${label}/values`, { 'match[]': series })
}

/** OpenMetrics names what is counted without its `_total`. */
const seriesOf = (name: string) => ['', '_total', '_bucket', '_sum', '_count'].map(part => name + part)
