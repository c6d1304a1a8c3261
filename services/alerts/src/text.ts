import type { Alert, Group } from './notice.ts'

/** More than any receiver shows, and little for Redis. */
const MAX_TEXT_BYTES = 16_384
const MAX_TITLE_BYTES = 240
/** What was cut ends with it. */
const CUT_MARK = '…'
/** Alertmanager tells nanoseconds. */
const FRACTION = /\.\d+/
/** They stand in the title, or say nothing to a person. */
const untold = new Set(['alertname', 'severity'])

/** `[FIRING ×2] HighCpu (critical)`. */
export function titleOf({ status, alerts, truncatedAlerts, groupLabels, commonLabels }: Group): string {
  const all = alerts.length + truncatedAlerts
  const count = status === 'firing' ? alerts.filter(alert => alert.status === 'firing').length + truncatedAlerts : all
  const name = commonLabels.alertname ?? (Object.values(groupLabels).join(' ') || 'alerts')
  const severity = commonLabels.severity ? ` (${commonLabels.severity})` : ''
  const times = count > 1 ? ` ×${count}` : ''
  return cut(clean(`[${status.toUpperCase()}${times}] ${name}${severity}`).replaceAll('\n', ' '), MAX_TITLE_BYTES)
}

/** A paragraph for each alert, what fires first, then where Alertmanager is. */
export function textOf({ alerts, truncatedAlerts, externalURL }: Group): string {
  const firingFirst = [...alerts.filter(isFiring), ...alerts.filter(alert => !isFiring(alert))]
  const more = truncatedAlerts > 0 ? [`and ${truncatedAlerts} more`] : []
  const paragraphs = [...firingFirst.map(paragraphOf), ...more, ...(externalURL ? [externalURL] : [])]
  return cut(clean(paragraphs.join('\n\n')), MAX_TEXT_BYTES)
}

const isFiring = ({ status }: Alert): boolean => status === 'firing'

function paragraphOf(alert: Alert): string {
  const { labels, startsAt } = alert
  const { summary, description, runbook_url: runbook } = alert.annotations
  const told = Object.entries(labels).flatMap(([name, value]) => (untold.has(name) ? [] : [`${name}=${value}`]))
  const said = [summary, description].filter(text => text).join('\n') || (labels.alertname ?? 'alert')
  const lines = [
    `${isFiring(alert) ? '●' : '✓'} ${said}`,
    told.join(' '),
    `since ${startsAt.replace(FRACTION, '')}`,
    runbook,
  ]
  return lines.filter(line => line).join('\n')
}

/** Without what no receiver can show: control characters and halves of a character. */
const clean = (text: string): string => text.toWellFormed().replaceAll(/[^\P{Cc}\n]/gu, ' ')

/** At most `maxBytes` of UTF-8, with `…` at its end where something is missing; never a part of a character. */
export function cut(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return text
  let end = maxBytes - Buffer.byteLength(CUT_MARK)
  // The bytes of a character after its first are 10xxxxxx.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', 0, end) + CUT_MARK
}
