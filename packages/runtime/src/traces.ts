import { validateHeaderName, validateHeaderValue } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HrTime } from '@opentelemetry/api'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { z } from 'zod'
import type { Log } from './log.ts'

/** Where a stop has taken all its time, what Docker's and systemd's patience leaves. */
const FLUSH_WITHIN_MS = 2_000

const ENDPOINT = 'where a collector takes OTLP over HTTP, without /v1/traces: http://collector:4318'
const HEADERS = 'name=value, several with a comma between them; a value may be written as in a URL'

export const tracesConfig = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: ENDPOINT, abort: true })
    .refine(url => !/\/v1\/traces\/?$/.test(url), ENDPOINT)
    .optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().transform(readHeaders).optional(),
})

type TracesConfig = z.infer<typeof tracesConfig>

/** A piece of work that is over. */
export type Span = {
  /** 32 and 16 hex digits, neither all zeros. */
  traceId: string
  id: string
  /** Absent for the first of its trace. */
  parentId?: string | undefined
  name: string
  kind: 'client' | 'consumer' | 'internal' | 'producer'
  /** ms since 1970; perhaps by the clocks of two machines. */
  startedAt: number
  endedAt: number
  attributes: Readonly<Record<string, string | number | undefined>>
  /** Spans of other traces. */
  links?: readonly SpanId[]
  /** The word for what went wrong. */
  error?: string | undefined
}
type SpanId = Pick<Span, 'id' | 'traceId'>

export type Traces = {
  add(span: Span): void
  /** Sends what was added, as far as that takes no more than two seconds. */
  close(): Promise<void>
}

/**
 * Sends spans to a collector, every five seconds; `undefined` where none is configured. A collector that is away costs nothing
 * but spans: its outages are told in the log, each by one line, with one more when it ends.
 */
export async function openTraces(
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers = {} }: TracesConfig,
  { name, version }: { name: string; version: string },
  log: Log,
): Promise<Traces | undefined> {
  if (endpoint === undefined) return undefined
  // Whoever wants no traces does not wait for these.
  const [{ SpanKind, SpanStatusCode, TraceFlags }, { BatchSpanProcessor }, { OTLPTraceExporter }, resources] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-proto'),
      import('@opentelemetry/resources'),
    ])
  const kinds = {
    client: SpanKind.CLIENT,
    consumer: SpanKind.CONSUMER,
    internal: SpanKind.INTERNAL,
    producer: SpanKind.PRODUCER,
  }
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`
  const processor = new BatchSpanProcessor({ exporter: telling(new OTLPTraceExporter({ url, headers }), log) })
  const resource = resources.resourceFromAttributes({ 'service.name': name, 'service.version': version })
  const instrumentationScope = { name: 'waystation', version }
  const contextOf = ({ traceId, id }: SpanId) => ({ traceId, spanId: id, traceFlags: TraceFlags.SAMPLED })

  return {
    // Not by a Tracer: that one draws the ids itself, and these are known to several processes.
    add({ name, kind, parentId, startedAt, endedAt, attributes, links = [], error, ...span }) {
      const end = Math.max(startedAt, endedAt)
      const context = contextOf(span)
      processor.onEnd({
        name,
        kind: kinds[kind],
        spanContext: () => context,
        ...(parentId === undefined ? {} : { parentSpanContext: contextOf({ traceId: span.traceId, id: parentId }) }),
        startTime: timeOf(startedAt),
        endTime: timeOf(end),
        duration: timeOf(end - startedAt),
        ended: true,
        attributes: known(error === undefined ? attributes : { ...attributes, 'error.type': error }),
        links: links.map(link => ({ context: contextOf(link) })),
        events: [],
        status: { code: error === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
        resource,
        instrumentationScope,
        droppedAttributesCount: 0,
        droppedEventsCount: 0,
        droppedLinksCount: 0,
      })
    },
    async close() {
      // What goes wrong was told.
      const flushed = processor.shutdown().catch(() => {})
      await Promise.race([flushed, sleep(FLUSH_WITHIN_MS, undefined, { ref: false })])
    },
  }
}

/** An error's message may quote what the collector answered. */
function telling(exporter: SpanExporter, log: Log): SpanExporter {
  let isAway = false
  return {
    export(spans, done) {
      exporter.export(spans, result => {
        const { error } = result
        const errorCode = error && String('code' in error ? (error.code ?? error.name) : error.name)
        if (error && !isAway) log.warn({ event: 'collector.unreachable', errorCode })
        if (!error && isAway) log.info({ event: 'collector.reachable' })
        isAway = error !== undefined
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
  }
}

const timeOf = (ms: number): HrTime => [Math.floor(ms / 1000), (ms % 1000) * 1_000_000]

function known(attributes: Span['attributes']): Record<string, string | number> {
  const found: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) found[name] = value
  return found
}

function readHeaders(text: string, context: z.RefinementCtx): Record<string, string> {
  try {
    return Object.fromEntries(text.split(',').map(readHeader))
  } catch {
    context.addIssue(HEADERS)
    return z.NEVER
  }
}

/** Throws for what no HTTP header may be, and a value with a lone `%`. */
function readHeader(pair: string): [name: string, value: string] {
  const [name = '', ...rest] = pair.split('=')
  const header: [string, string] = [name.trim(), decodeURIComponent(rest.join('=').trim())]
  validateHeaderName(header[0])
  validateHeaderValue(...header)
  if (header[1] === '') throw new Error('no value')
  return header
}
