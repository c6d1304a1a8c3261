import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Router from '@koa/router'
import Koa from 'koa'
import type { Registry } from 'prom-client'
import type { Log } from './log.ts'
import type { Running } from './service.ts'

/** A platform's proxy may keep a connection for a minute; ours must outlive its idle time or it sees resets. */
const KEEP_ALIVE_MS = 75_000

/** How soon a connection goes that was busy when the end began. */
const SWEEP_MS = 50

/** A client that closed its connection is no failure of ours. */
const clientGone = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ECONNABORTED'])

export type Http = { port: number; close(): Promise<void> }

/** `/healthz` (the process lives), `/readyz` (it could work now), `/metrics`, then each service's routes. */
export async function listen(port: number, services: Running[], registry: Registry, log: Log): Promise<Http> {
  const koa = new Koa()
  koa.on('error', error => {
    if (!clientGone.has(error.code)) log.error({ event: 'http.failed', error })
  })
  const own = new Router()
  own.get('/healthz', context => {
    context.body = 'ok\n'
  })
  own.get('/readyz', async context => {
    const checks = await Promise.allSettled(services.map(service => service.ready()))
    const missing = checks.flatMap(check => (check.status === 'rejected' ? [String(check.reason.message)] : []))
    context.status = missing.length ? 503 : 200
    context.body = missing.length ? `${missing.join('\n')}\n` : 'ok\n'
  })
  own.get('/metrics', async context => {
    context.type = registry.contentType
    context.body = await registry.metrics()
  })
  koa.use(own.routes())
  for (const { routes } of services) if (routes) koa.use(routes.routes()).use(routes.allowedMethods())

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, koa.callback())
  server.listen(port)
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => close(server) }
}

/** No new connections; requests under way may finish, and their connections end with them. */
async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  // A platform that keeps its connections busy would hold up the end for as long as it writes.
  server.prependListener('request', (_, response) => response.setHeader('Connection', 'close'))
  server.close()
  const sweeping = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
  await closed
  clearInterval(sweeping)
}
