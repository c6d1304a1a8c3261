import type { LoggerOptions } from 'pino'

/** Of the Elastic Common Schema: https://www.elastic.co/docs/reference/ecs. */
const ECS_VERSION = '9.2.0'

/** What the schema has a name for. All else keeps its own, behind `waystation.`. */
const ecsNames: Readonly<Record<string, string>> = {
  event: 'event.action',
  reason: 'event.reason',
  traceId: 'trace.id',
  errorCode: 'error.code',
  model: 'gen_ai.request.model',
  promptTokens: 'gen_ai.usage.input_tokens',
  completionTokens: 'gen_ai.usage.output_tokens',
}
const NANOSECONDS_OF_A_MS = 1_000_000

export type DescribedError = { name: string; code?: unknown; cause?: DescribedError; stack?: string | undefined }

/** How pino writes the same lines under the schema's names. */
export function inEcs(service: string, version: string, describe: (error: unknown) => DescribedError) {
  return {
    base: { 'ecs.version': ECS_VERSION, 'service.name': service, 'service.version': version },
    timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
    formatters: {
      level: label => ({ 'log.level': label }),
      // A line's own `errorCode` is the one that our pages explain.
      log: ({ error, ...line }) => ({
        ...(error === undefined ? {} : errorFields(describe(error))),
        ...Object.fromEntries(Object.entries(line).map(rename)),
      }),
    },
  } satisfies LoggerOptions
}

function rename([name, value]: [name: string, value: unknown]): [string, unknown] {
  if (name === 'durationMs') return ['event.duration', Number(value) * NANOSECONDS_OF_A_MS]
  return [ecsNames[name] ?? `waystation.${name}`, value]
}

/** A text each: the schema knows no causes, and Elasticsearch takes no object where there was a text. */
function errorFields(error: DescribedError) {
  const { name, code } = error
  return {
    'error.type': name,
    ...(code === undefined ? {} : { 'error.code': String(code) }),
    'error.stack_trace': stackOf(error),
  }
}

function stackOf({ name, stack, cause }: DescribedError): string {
  return [name, ...(stack ? [stack] : []), ...(cause ? [`caused by ${stackOf(cause)}`] : [])].join('\n')
}
