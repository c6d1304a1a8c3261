import { createHash } from 'node:crypto'
import { Rejected } from '@waystation/domain'
import { z } from 'zod'
import { textOf, titleOf } from './text.ts'

const words = z.record(z.string(), z.string())

/** What Alertmanager posts to a webhook, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const groupSchema = z.object({
  version: z.literal('4'),
  groupKey: z.string().min(1),
  truncatedAlerts: z.number().default(0),
  status: z.enum(['firing', 'resolved']),
  groupLabels: words,
  commonLabels: words,
  externalURL: z.string().default(''),
  alerts: z
    .array(
      z.object({
        status: z.enum(['firing', 'resolved']),
        labels: words,
        annotations: words,
        startsAt: z.string(),
        fingerprint: z.string().min(1),
      }),
    )
    .min(1),
})

export type Group = z.infer<typeof groupSchema>
export type Alert = Group['alerts'][number]

/** What is told of a group of alerts once, to one receiver. */
export const noticeSchema = z.object({
  id: z.string(),
  /** The same for all notices of a group: what fires and what is resolved later. */
  group: z.string(),
  status: z.enum(['firing', 'resolved']),
  alerts: z.number(),
  /** One line. */
  title: z.string(),
  text: z.string(),
  receivedAt: z.number(),
})

export type Notice = z.infer<typeof noticeSchema>

/** Reads what Alertmanager posted. Throws `Rejected` (`malformed`). */
export function readNotice(body: Buffer, receivedAt: number): Notice {
  const { data: group } = groupSchema.safeParse(readJson(body))
  if (!group) throw new Rejected('malformed')
  return {
    id: idOf(group),
    group: hash(group.groupKey),
    status: group.status,
    alerts: group.alerts.length + group.truncatedAlerts,
    title: titleOf(group),
    text: textOf(group),
    receivedAt,
  }
}

/**
 * The same for whatever says the same: the group, its status, and which alerts in it fire since when. Without the time an
 * alert that comes back soon after it was resolved would be taken for a repeat.
 */
function idOf({ groupKey, status, alerts }: Group): string {
  const set = alerts.map(alert => `${alert.fingerprint} ${alert.status} ${alert.startsAt}`).toSorted()
  return hash(JSON.stringify([groupKey, status, set]))
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
