import { host } from './host.ts'
import { redis } from './redis.ts'
import { service } from './service.ts'

const dashboards = [service, host, redis]

/** What stands in dashboards/, by its name. */
export const files = () =>
  new Map(dashboards.map(page => [`${page.title?.toLowerCase()}.json`, `${JSON.stringify(page, null, 1)}\n`]))
