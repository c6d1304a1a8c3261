import { fileURLToPath } from 'node:url'
import { startMonitor } from './program.ts'

const BLACKBOX = fileURLToPath(new URL('../../../../deploy/prometheus/blackbox.yml', import.meta.url))

/** The numbers of this machine. */
export const startNodeExporter = () =>
  startMonitor('prometheus-node-exporter', address => [`--web.listen-address=${address}`])

/** The numbers of a Redis. */
export const startRedisExporter = (redisUrl: string) =>
  startMonitor('prometheus-redis-exporter', address => ['-web.listen-address', address], {
    env: { REDIS_ADDR: redisUrl },
  })

/** How pages answer, as blackbox.yml asks them. */
export const startBlackboxExporter = () =>
  startMonitor('prometheus-blackbox-exporter', address => [
    `--config.file=${BLACKBOX}`,
    // Seconds that it leaves of a scrape's time: half a second would be too much where scrapes come fast.
    '--timeout-offset=0.1',
    `--web.listen-address=${address}`,
  ])
