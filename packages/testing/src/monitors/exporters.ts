import { startMonitor } from './program.ts'

/** The numbers of this machine. */
export const startNodeExporter = () =>
  startMonitor('prometheus-node-exporter', address => [`--web.listen-address=${address}`])

/** The numbers of a Redis. */
export const startRedisExporter = (redisUrl: string) =>
  startMonitor('prometheus-redis-exporter', address => ['-web.listen-address', address], {
    env: { REDIS_ADDR: redisUrl },
  })
