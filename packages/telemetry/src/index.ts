export { type AlertEvents, createAlertEvents, observeAlerts } from './alerts.ts'
export { createEvents, type Events } from './events.ts'
export { observeBox, observeBreakers, observeBudgets } from './metrics.ts'
export { observeWebhook } from './webhook.ts'
