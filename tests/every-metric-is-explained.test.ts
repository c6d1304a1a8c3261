import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLog } from '@waystation/runtime'
import {
  createAlertEvents,
  createEvents,
  observeAlerts,
  observeBox,
  observeBreakers,
  observeBudgets,
  observeWebhook,
} from '@waystation/telemetry'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'

const log = createLog('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'waystation', WAYSTATION_VERSION: 'unknown' })
const nothing = async () => ({ conversations: 0, items: 0 })

const registry = new Registry()
createEvents(registry, log)
createAlertEvents(registry, log)
for (const box of ['inbox', 'outbox', 'dead_letters'] as const) observeBox(registry, box, nothing)
observeBreakers(registry, () => new Map())
observeBudgets(registry, async () => new Map())
observeWebhook(registry, log)
observeAlerts(registry, [], nothing)
const names = registry.getMetricsAsArray().map(({ name }) => name)

test.each(['operations.md', 'operations.zh-CN.md'])('docs/%s explains every metric', document => {
  const text = readFileSync(join(import.meta.dirname, '../docs', document), 'utf8')
  expect(names.length).toBeGreaterThan(35)
  expect(names.filter(name => !new RegExp(`\`${name}[\`{]`).test(text))).toEqual([])
})
