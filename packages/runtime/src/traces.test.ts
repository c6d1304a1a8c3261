import { expect, test } from 'vitest'
import { ConfigError, readEnv } from './config.ts'
import { tracesConfig } from './traces.ts'

const headersOf = (text: string) =>
  readEnv(tracesConfig, { OTEL_EXPORTER_OTLP_HEADERS: text }).OTEL_EXPORTER_OTLP_HEADERS

test.each([
  ['api-key=k', { 'api-key': 'k' }],
  ['authorization=Basic%20YTpi, x-scope-orgid = 1', { authorization: 'Basic YTpi', 'x-scope-orgid': '1' }],
  ['authorization=Basic YTpi==', { authorization: 'Basic YTpi==' }],
])('headers as OpenTelemetry writes them: %s', (text, headers) => {
  expect(headersOf(text)).toEqual(headers)
})

test.each(['canary', 'canary=', '=canary', 'a=canary,', 'a b=canary', 'a=canary%', 'a=canary%0A', '{"a":"canary"}'])(
  'what are no headers is told of without its value: %j',
  text => {
    const fault =
      'Please correct in the environment:\n  OTEL_EXPORTER_OTLP_HEADERS: name=value, several with a comma between them; ' +
      'a value may be written as in a URL'
    expect(() => headersOf(text)).toThrow(new ConfigError(fault))
  },
)

test.each(['collector:4318', 'grpc://collector:4317', 'http://', 'http://collector:4318/v1/traces'])(
  'an endpoint that is none is told of: %s',
  endpoint => {
    const fault =
      'Please correct in the environment:\n  OTEL_EXPORTER_OTLP_ENDPOINT: where a collector takes OTLP over HTTP, ' +
      'without /v1/traces: http://collector:4318'
    expect(() => readEnv(tracesConfig, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).toThrow(new ConfigError(fault))
  },
)
