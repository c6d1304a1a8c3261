type AlertOptions = {
  name?: string
  instance?: string
  status?: 'firing' | 'resolved'
  startsAt?: string
  labels?: Readonly<Record<string, string>>
  annotations?: Readonly<Record<string, string>>
}

const STARTS_AT = '2026-01-01T08:00:00Z'
const NEVER = '0001-01-01T00:00:00Z'

/** What Alertmanager posts to a webhook, version 4: a group of one rule's alerts. */
export function alertmanagerGroup(...alerts: AlertOptions[]): object {
  const all = (alerts.length > 0 ? alerts : [{}]).map(alert)
  const [{ labels }] = all as [ReturnType<typeof alert>]
  const { alertname } = labels
  return {
    version: '4',
    groupKey: `{}:{alertname="${alertname}"}`,
    truncatedAlerts: 0,
    status: all.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    receiver: 'waystation',
    groupLabels: { alertname },
    commonLabels: all.length === 1 ? labels : { alertname },
    commonAnnotations: {},
    externalURL: 'http://alertmanager:9093',
    alerts: all,
  }
}

function alert(options: AlertOptions) {
  const { name = 'HighCpu', instance = 'web-1', status = 'firing', startsAt = STARTS_AT } = options
  const labels = { alertname: name, severity: 'critical', instance, ...options.labels }
  return {
    status,
    labels,
    annotations: { summary: `CPU of ${instance} above 85 %`, ...options.annotations },
    startsAt,
    endsAt: status === 'firing' ? NEVER : '2026-01-01T08:10:00Z',
    generatorURL: 'http://prometheus:9090/graph',
    fingerprint: Buffer.from(`${name}/${instance}`).toString('hex').slice(0, 16),
  }
}
