export { ConfigError, readEnv, readSettings } from './config.ts'
export type { Log } from './log.ts'
export { run } from './run.ts'
export type { Env, Process, Running, Service } from './service.ts'
