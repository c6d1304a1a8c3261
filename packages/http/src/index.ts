export { type Answer, type Call, type CallOptions, type Client, createClient } from './client.ts'
export { type Background, pauseAfter, untilAvailable } from './retry.ts'
export { safeUrl } from './safe-url.ts'
