import type { IncomingHttpHeaders } from 'node:http'
import { createFaults, type FaultOptions } from '../faults.ts'
import { listen, readBody, send } from '../http.ts'
import { type CollectedSpan, decodeSpans } from './otlp.ts'

const PROTOBUF = 'application/x-protobuf'

/** `silent`: no answer ever comes. */
export type CollectorFault = { kind: 'status'; status: number; retryAfterSeconds?: number } | { kind: 'silent' }

type Asked = { status: number | undefined; headers: IncomingHttpHeaders; body: Buffer }

export type Collector = Awaited<ReturnType<typeof startCollector>>

/** An OpenTelemetry collector that takes traces by OTLP over HTTP, as protobuf. */
export async function startCollector() {
  const faults = createFaults<CollectorFault, never>()
  const spans: CollectedSpan[] = []
  const requests: Asked[] = []

  const server = await listen(async (request, response) => {
    const body = await readBody(request)
    const { headers, url, method } = request
    const answer = (status: number, text = '') => {
      requests.push({ status, headers, body })
      send(response, status, PROTOBUF, text)
    }
    const fault = faults.take('export', undefined)
    if (fault?.kind === 'silent') return requests.push({ status: undefined, headers, body })
    if (fault?.retryAfterSeconds !== undefined) response.setHeader('retry-after', fault.retryAfterSeconds)
    if (fault) return answer(fault.status)
    if (url !== '/v1/traces') return answer(404)
    if (method !== 'POST') return answer(405)
    if (headers['content-type'] !== PROTOBUF) return answer(415)
    try {
      spans.push(...decodeSpans(body))
      answer(200)
    } catch {
      answer(400)
    }
  })

  return {
    /** What `OTEL_EXPORTER_OTLP_ENDPOINT` is set to. */
    endpoint: server.origin,
    /** All that were taken. */
    spans: spans as readonly CollectedSpan[],
    /** All that was asked, and how it was answered. */
    requests: requests as readonly Asked[],
    /** The function returned ends it. */
    fault: (fault: CollectorFault, options?: FaultOptions<never>) => faults.plan('export', fault, options),
    [Symbol.asyncDispose]: () => server.close(),
  }
}
