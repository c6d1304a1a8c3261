export { createEvents, type Events } from './events.ts'
export { observeBox } from './metrics.ts'
