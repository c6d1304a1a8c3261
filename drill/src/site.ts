import { cp, mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  type Alertmanager,
  type Prometheus,
  type Station,
  startAlertmanager,
  startAlerts,
  startBlackboxExporter,
  startMailServer,
  startNodeExporter,
  startPrometheus,
  startRedisExporter,
  startSmsGateway,
  startStation,
  startTicketSystem,
  startWecomRobot,
} from '@waystation/testing'
import { type Front, startFront } from './front.ts'
import { type Night, nightly } from './night.ts'
import { quicken } from './quicken.ts'

const RULES = fileURLToPath(new URL('../../deploy/prometheus', import.meta.url))
/** As prometheus.yml has it. */
const FRONT = 'https://nginx:8443/healthz'
const LOOK_EVERY_MS = 100
/** A group that changed is told of again after that. */
export const GROUP_INTERVAL_MS = 5 * 60_000

/** By the names that docs/observability.md has for them. */
export type Receiver = 'wecom' | 'sms' | 'ticket' | 'mail'

export type Site = AsyncDisposable & {
  station: Station
  prometheus: Prometheus
  front: Front
  /** What each receiver was told since it began: `[FIRING] RedisDown …`. */
  told: Readonly<Record<Receiver, () => readonly string[]>>
  setNight(night: Night): Promise<void>
}

/** What waystation.yaml says while nothing is wrong: one model, and no answer by heart. */
export const settings = { routing: { default: 'local', rules: [] }, cache: { minutes: 0 } }

/** So many questions the one worker answers at once: few enough that a crowd must wait. */
export const AT_ONCE = 20

const processes = { 'gateway-web': 1, 'gateway-telegram': 1, 'gateway-feishu': 1, inference: 1, sender: 1 }

/** A station with all that watches it and all whom it tells, as it is shipped, `speed` times faster. */
export async function startSite(speed: number): Promise<Site> {
  await using started = new AsyncDisposableStack()
  const wecom = started.use(await startWecomRobot())
  const sms = started.use(await startSmsGateway())
  const tickets = started.use(await startTicketSystem())
  const mail = started.use(await startMailServer())
  // Telegram tries again sooner, as everything here is sooner.
  const telegram = { retryFactor: 0.1 }
  const env = { INFERENCE_CONCURRENCY: String(AT_ONCE) }
  const station = started.use(await startStation({ processes, telegram, feishu: {}, settings, env }))
  const relay = started.use(
    await startAlerts({
      redisUrl: station.redis.url,
      receivers: {
        wecom: { kind: 'wecom', url: wecom.url },
        sms: {
          kind: 'sms',
          url: sms.url,
          headers: { authorization: 'Bearer sms-key' },
          body: { to: ['+8613800000000'], text: '{{text}}' },
          expect: { code: 'OK' },
        },
        ticket: {
          kind: 'ticket',
          url: tickets.url,
          headers: { 'x-api-key': 'ticket-key' },
          body: { externalId: '{{group}}', title: '{{title}}', description: '{{text}}' },
        },
      },
    }),
  )
  const changed = (night: Night) => (text: string) => nightly(quicken(text, speed), night)
  const alertmanager = started.use(
    await startAlertmanager({
      alerts: relay.origin,
      env: {
        ALERT_SMTP: mail.address,
        ALERT_SMTP_USER: mail.user,
        ALERT_SMTP_PASSWORD: mail.password,
        ALERT_MAIL_FROM: 'waystation@example.com',
        ALERT_MAIL_TO: 'oncall@example.com',
        ALERTS_TOKEN: relay.token,
        SSL_CERT_FILE: mail.certificateFile,
      },
      change: changed('never'),
    }),
  )
  const front = started.use(await startFront())
  const prometheus = started.use(await startWatching({ speed, station, alertmanager, front }))

  let known = ''
  /** As Docker's DNS does: who ended has no address. */
  async function tellWhoRuns(): Promise<void> {
    const running = [...station.processes, relay].filter(one => one.isRunning())
    const hosts = [...Object.keys(processes), 'alerts'].map(host => {
      return [host, running.filter(one => one.service === host).map(one => one.origin.replace('http://', ''))] as const
    })
    if (known === JSON.stringify(hosts)) return
    known = JSON.stringify(hosts)
    for (const [host, addresses] of hosts) await prometheus.setTargets(host, addresses)
  }
  await tellWhoRuns()
  const timer = setInterval(() => void tellWhoRuns(), LOOK_EVERY_MS)
  started.defer(() => clearInterval(timer))
  await knowsAll(prometheus)
  // By then the end of what it missed meanwhile was told.
  await sleep(GROUP_INTERVAL_MS / speed)

  const end = started.move()
  return {
    station,
    prometheus,
    front,
    told: {
      wecom: () => wecom.messages,
      sms: () => sms.messages.map(({ text }) => text),
      ticket: () => tickets.titles,
      mail: () => mail.messages.map(({ subject }) => subject),
    },
    setNight: night => alertmanager.reload(changed(night)),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
}

type Watched = { speed: number; station: Station; alertmanager: Alertmanager; front: Front }

/** Prometheus with the shipped rules, and its exporters. */
async function startWatching({ speed, station, alertmanager, front }: Watched): Promise<Prometheus> {
  await using started = new AsyncDisposableStack()
  const configuration = started.use(await mkdtempDisposable(join(tmpdir(), 'drill-'))).path
  await cp(RULES, configuration, { recursive: true })
  for (const file of await readdir(configuration, { recursive: true }))
    if (file.endsWith('.yml')) {
      const path = join(configuration, file)
      const text = await readFile(path, 'utf8')
      await writeFile(path, quicken(text.replaceAll(FRONT, front.url), speed))
    }
  const redisExporter = started.use(await startRedisExporter(station.redis.url))
  const nodeExporter = started.use(await startNodeExporter())
  const blackboxExporter = started.use(await startBlackboxExporter())
  const prometheus = started.use(
    await startPrometheus({
      configuration,
      targets: {
        'redis-exporter': [redisExporter.address],
        'node-exporter': [nodeExporter.address],
        'blackbox-exporter': [blackboxExporter.address],
        alertmanager: [alertmanager.address],
      },
    }),
  )
  const end = started.move()
  return { ...prometheus, [Symbol.asyncDispose]: () => end.disposeAsync() }
}

/**
 * Waits until Prometheus knows whom it asks and whom it tells. It looks every 5 s, which nothing makes shorter: until then
 * everybody is missing, and what fires is told a minute later.
 */
async function knowsAll(prometheus: Prometheus): Promise<void> {
  const services = Object.keys(processes).length + 1
  const isTold = async () => {
    // As its API describes it.
    const { activeAlertmanagers } = (await prometheus.get('/api/v1/alertmanagers')) as { activeAlertmanagers: object[] }
    return activeAlertmanagers.length > 0
  }
  const isAsking = async () => (await prometheus.query('up{job="waystation"} == 1')).length === services
  const isCalm = async () => (await prometheus.query('ALERTS{alertname=~"ServiceMissing|TargetDown"}')).length === 0
  while (!((await isTold()) && (await isAsking()) && (await isCalm()))) await sleep(LOOK_EVERY_MS)
}
