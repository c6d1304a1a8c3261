import { execFile } from 'node:child_process'
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hasPrograms } from '@waystation/testing'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { render, whyNot } from '../kubernetes/overlays.ts'

type Pod = { metadata: { annotations: Record<string, string>; labels: Record<string, string> } }
type Target = { labels: Record<string, string> }

const canRender = whyNot() === undefined
const hasPromtool = hasPrograms('what Prometheus finds on Kubernetes', 'promtool')

test.runIf(canRender && hasPromtool)(
  'on Kubernetes pods are found, under the labels that the rules ask for',
  async () => {
    const pods = render('example')
      .filter((object): object is { spec: { template: Pod } } => (object as { kind: string }).kind === 'Deployment')
      .map(({ spec }) => spec.template)
    const found = await discover([
      ...pods.map((pod, i) => metaLabels(pod, `10.0.0.${i + 1}`)),
      ...pods.map(pod => metaLabels(pod, '10.0.1.1', 'Pending')),
      ...pods.map(({ metadata: { annotations } }) =>
        metaLabels({ metadata: { annotations, labels: { 'app.kubernetes.io/name': 'another' } } }, '10.0.2.1'),
      ),
    ])
    const services = pods.map(({ metadata }) => metadata.labels['app.kubernetes.io/component'])
    expect(services).toEqual(expect.arrayContaining(['gateway-web', 'inference', 'sender']))
    const expected = services.map((service, i) => `waystation ${service} a-pod 10.0.0.${i + 1}:3000 /metrics`)
    const seen = found.map(
      ({ job, service, pod, instance, __metrics_path__: path }) => `${job} ${service} ${pod} ${instance} ${path}`,
    )
    expect(seen.sort()).toEqual(expected.sort())
  },
)

/** What Prometheus makes of pods, by kubernetes.yml. Debian's is built without Kubernetes, so that a file tells of them. */
async function discover(pods: Record<string, string>[]): Promise<Record<string, string>[]> {
  await using home = await mkdtempDisposable(join(tmpdir(), 'kubernetes-'))
  const config: { scrape_configs: Record<string, unknown>[] } = parse(
    await readFile(join(import.meta.dirname, 'kubernetes.yml'), 'utf8'),
  )
  for (const job of config.scrape_configs) {
    delete job.kubernetes_sd_configs
    job.file_sd_configs = [{ files: [join(home.path, 'pods.json')] }]
  }
  await writeFile(join(home.path, 'pods.json'), JSON.stringify(pods.map(labels => ({ targets: ['pod'], labels }))))
  await writeFile(join(home.path, 'prometheus.json'), JSON.stringify(config))
  const args = ['check', 'service-discovery', '--timeout=5s', join(home.path, 'prometheus.json'), 'waystation']
  const { stdout } = await promisify(execFile)('promtool', args)
  const targets: Target[] = JSON.parse(stdout)
  return targets.map(({ labels }) => labels).filter(labels => Object.keys(labels).length > 0)
}

/** Those that Prometheus gives to a pod. */
function metaLabels({ metadata }: Pod, ip: string, phase = 'Running'): Record<string, string> {
  const of = (kind: string, values: Record<string, string>) =>
    Object.entries(values).map(([name, value]) => [
      `__meta_kubernetes_pod_${kind}_${name.replaceAll(/\W/g, '_')}`,
      value,
    ])
  return Object.fromEntries([
    ['__meta_kubernetes_pod_ip', ip],
    ['__meta_kubernetes_pod_phase', phase],
    ['__meta_kubernetes_pod_name', 'a-pod'],
    ...of('annotation', metadata.annotations),
    ...of('label', metadata.labels),
  ])
}
