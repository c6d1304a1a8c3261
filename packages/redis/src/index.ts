export { freePort } from './address.ts'
export { makeCertificate } from './certificate.ts'
export type { Purpose, Redis } from './client.ts'
export { startTestCluster } from './cluster.ts'
export { namesRedis, oneRedis, type RedisConfig, redisConfig } from './config.ts'
export { close, connect } from './connect.ts'
export { ensureRedisServer, type Say } from './launcher.ts'
export { createPresence, type Presence, type Present, whoIsThere } from './presence.ts'
export {
  endProvidedRedis,
  findProvidedRedis,
  type ProvidedRedis,
  provideRedis,
  startTestRedis,
  type TestRedis,
} from './provide.ts'
export { type Script, script } from './script.ts'
export { startTestSentinels } from './sentinels.ts'
export { findUnsafe, primariesOf, readInfo, type UnsafeSetting, warnIfUnsafe } from './unsafe.ts'
