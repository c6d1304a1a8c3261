import { pino } from 'pino'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { observeWebhook } from './webhook.ts'

function startObserving() {
  const registry = new Registry()
  const lines: string[] = []
  const observe = observeWebhook(registry, pino({ base: null, timestamp: false }, { write: line => lines.push(line) }))
  const told = () => lines.splice(0).map(line => JSON.parse(line))
  const gauges = async () => (await registry.metrics()).split('\n').filter(line => line.startsWith('waystation_'))
  return { observe: (now: Parameters<typeof observe>[1]) => observe('we_bot', now), told, gauges }
}

const well = { isOurs: true, pendingUpdates: 0, lastError: undefined }
const lastError = { at: 1_795_660_000, message: 'Connection refused' }

test('nothing is said of a webhook before Telegram has said something', async () => {
  const { observe, gauges } = startObserving()
  expect(await gauges()).toEqual([])
  observe(well)
  expect(await gauges()).toEqual([
    'waystation_telegram_webhook_pending_updates{bot="we_bot"} 0',
    'waystation_telegram_webhook_last_error_timestamp_seconds{bot="we_bot"} 0',
    'waystation_telegram_webhook_is_ours{bot="we_bot"} 1',
  ])
})

test('each new failure is a line, but for one that was made good', async () => {
  const { observe, told, gauges } = startObserving()
  observe({ ...well, lastError })
  expect(told()).toEqual([])
  const fails = { ...well, pendingUpdates: 3, lastError: { ...lastError, at: lastError.at + 60 } }
  observe(fails)
  observe(fails)
  expect(told()).toEqual([
    { level: 40, event: 'telegram.webhook_fails', bot: 'we_bot', pending: 3, detail: 'Connection refused' },
  ])
  expect(await gauges()).toContain('waystation_telegram_webhook_last_error_timestamp_seconds{bot="we_bot"} 1795660060')
})

test('a webhook that is lost is a line, once', () => {
  const { observe, told } = startObserving()
  for (const isOurs of [true, false, false, true, false]) observe({ ...well, isOurs })
  const lost = { level: 50, event: 'telegram.webhook_lost', bot: 'we_bot' }
  expect(told()).toEqual([lost, lost])
})
