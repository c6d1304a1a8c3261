import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, ListenOptions } from 'node:net'
import Router from '@koa/router'
import Koa from 'koa'
import { type Metric, type OpenMetricsContentType, Registry } from 'prom-client'
import type { Log } from './log.ts'
import type { Running } from './service.ts'

/** A platform's proxy may keep a connection for a minute; ours must outlive its idle time or it sees resets. */
const KEEP_ALIVE_MS = 75_000

/** A client that closed its connection is no failure of ours. */
const clientGone = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ECONNABORTED'])

export type Http = { port: number; close(): Promise<void> }

/** `/healthz` (the process lives), `/readyz` (it could work now), `/metrics`, then each service's routes. */
export async function listen(at: ListenOptions, services: Running[], registry: Registry, log: Log): Promise<Http> {
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
    const written = context.get('Accept').includes('application/openmetrics-text') ? withExemplars(registry) : registry
    context.type = written.contentType
    context.body = await written.metrics()
  })
  koa.use(own.routes())
  for (const { routes } of services) if (routes) koa.use(routes.routes()).use(routes.allowedMethods())

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, koa.callback())
  const close = prepareClose(server)
  server.listen(at)
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close }
}

/** For OpenMetrics prom-client takes `_total` off the names of counters, for good: it gets stand-ins that inherit all else. */
function withExemplars(registry: Registry): Registry<OpenMetricsContentType> {
  const written = new Registry<OpenMetricsContentType>()
  written.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  // Its types know metrics by two names.
  for (const metric of registry.getMetricsAsArray()) written.registerMetric(Object.create(metric) as Metric)
  return written
}

/** The end: no new connections, requests under way may finish, and with the last of them all connections go. */
function prepareClose(server: Server): () => Promise<void> {
  let isClosing = false
  let underWay = 0
  server.prependListener('request', (_, response) => {
    underWay += 1
    // A platform that keeps its connections busy would hold up the end for as long as it writes.
    if (isClosing) response.setHeader('Connection', 'close')
    response.once('close', () => {
      underWay -= 1
      endIfDone()
    })
  })

  /** Browsers also open connections in advance; one without a request is not idle to Node. */
  function endIfDone(): void {
    if (isClosing && underWay === 0) server.closeAllConnections()
  }

  return async () => {
    isClosing = true
    const closed = once(server, 'close')
    server.close()
    endIfDone()
    await closed
  }
}
