import { cp, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasPrograms, startMonitor, startPrometheus } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { makeTrustedCertificate } from './compose/tls.ts'
import { hasNginx, putCertificate, startFront, startMirror } from './front.ts'

const SHIPPED = fileURLToPath(new URL('../deploy/prometheus', import.meta.url))
const DAY_SECONDS = 24 * 60 * 60
const patiently = { timeout: 30_000, interval: 100 }

const hasMonitors = hasPrograms('the watch of the public front', 'prometheus', 'prometheus-blackbox-exporter')

test.runIf(hasNginx && hasMonitors)(
  'Prometheus sees the front, for how long its certificate is valid, and that it is gone',
  async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'watch-'))
    await using mirror = await startMirror()
    await using front = await startFront({ GATEWAY_WEB_SERVERS: mirror.address })
    const configuration = join(folder.path, 'prometheus')
    await cp(SHIPPED, configuration, { recursive: true })
    const file = join(configuration, 'prometheus.yml')
    await writeFile(file, (await readFile(file, 'utf8')).replace('https://nginx:8443', front.origin))
    await using exporter = await startMonitor('prometheus-blackbox-exporter', address => [
      `--web.listen-address=${address}`,
      `--config.file=${join(configuration, 'blackbox.yml')}`,
    ])
    const targets = { 'blackbox-exporter': [exporter.address] }
    await using prometheus = await startPrometheus({ interval: '1s', configuration, targets })
    const value = async (expr: string) => (await prometheus.query(expr))[0]?.value
    const alerts = async () => {
      const begun = await prometheus.query('ALERTS{alertname=~"FrontDown|CertificateExpires"}')
      return begun.map(({ labels }) => `${labels.alertname} ${labels.severity}`).sort()
    }

    await vi.waitFor(async () => expect(await value('probe_success{job="front"}')).toBe(1), patiently)
    // nginx made it at its start.
    const days = (await value(`(probe_ssl_earliest_cert_expiry - time()) / ${DAY_SECONDS}`)) ?? 0
    expect(days).toBeGreaterThan(360)
    expect(await alerts()).toEqual([])

    // It is valid for two days.
    await putCertificate(front.site, await makeTrustedCertificate(folder.path, ['127.0.0.1']))
    const both = ['CertificateExpires critical', 'CertificateExpires warning']
    await vi.waitFor(async () => expect(await alerts()).toEqual(both), patiently)

    await front[Symbol.asyncDispose]()
    await vi.waitFor(async () => expect(await alerts()).toEqual(['FrontDown critical']), patiently)
  },
)
