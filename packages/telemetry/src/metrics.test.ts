import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('what alerts ask the growth of is at 0 before it happens', async () => {
  const registry = new Registry()
  createMetrics(registry)
  const lines = (await registry.metrics()).split('\n')
  for (const channel of ['feishu', 'telegram', 'web']) {
    expect(lines).toContain(`waystation_messages_rejected_total{channel="${channel}",reason="unavailable"} 0`)
    expect(lines).toContain(`waystation_replies_delivered_total{channel="${channel}",outcome="failed"} 0`)
  }
  expect(lines).toContain('waystation_turns_total{outcome="refused"} 0')
})
