import protobuf from 'protobufjs/minimal.js'

export type CollectedSpan = {
  /** `service.name` and `service.version` of who sent it. */
  service: string
  version: string
  traceId: string
  id: string
  /** Empty for the first of a trace. */
  parentId: string
  name: string
  kind: string
  /** ms since 1970 */
  startedAt: number
  endedAt: number
  attributes: Readonly<Record<string, string | number>>
  links: readonly { traceId: string; id: string }[]
  isError: boolean
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const ERROR = 2
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 }

/**
 * The spans of an ExportTraceServiceRequest (opentelemetry/proto/collector/trace/v1). Throws for what a collector refuses:
 * no such message, or an id of a wrong length or of zeros.
 */
export function decodeSpans(encoded: Uint8Array): CollectedSpan[] {
  return messages(read(encoded), 1).flatMap(ofResource => {
    const resource = attributesOf(messages(ofResource, 1).flatMap(one => messages(one, 1)))
    const scopes = messages(ofResource, 2)
    const who = { service: String(resource['service.name']), version: String(resource['service.version']) }
    return scopes.flatMap(scope => messages(scope, 2)).map(span => ({ ...who, ...spanOf(span) }))
  })
}

function spanOf(span: Fields): Omit<CollectedSpan, 'service' | 'version'> {
  const [status] = messages(span, 15)
  return {
    traceId: idOf(span, 1, 16),
    id: idOf(span, 2, 8),
    parentId: span.has(4) ? idOf(span, 4, 8) : '',
    name: textOf(span, 5),
    kind: KINDS[numberOf(span, 6)] ?? 'unspecified',
    startedAt: numberOf(span, 7) / 1e6,
    endedAt: numberOf(span, 8) / 1e6,
    attributes: attributesOf(messages(span, 9)),
    links: messages(span, 13).map(link => ({ traceId: idOf(link, 1, 16), id: idOf(link, 2, 8) })),
    isError: status !== undefined && numberOf(status, 3) === ERROR,
  }
}

function attributesOf(pairs: Fields[]): Record<string, string | number> {
  const entries = pairs.map(pair => {
    const [value] = messages(pair, 2)
    if (value?.has(1)) return [textOf(pair, 1), textOf(value, 1)]
    if (value?.has(3)) return [textOf(pair, 1), numberOf(value, 3)]
    throw new Error('an attribute is neither a string nor an integer')
  })
  return Object.fromEntries(entries)
}

/** What stands under each number, by the wire alone. */
type Fields = Map<number, (number | Uint8Array)[]>

function read(encoded: Uint8Array): Fields {
  const reader = protobuf.Reader.create(encoded)
  const fields: Fields = new Map()
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const values = fields.get(tag >>> 3) ?? []
    fields.set(tag >>> 3, values)
    values.push(readValue(reader, tag & 7))
  }
  return fields
}

/** Numbers of 64 bits are `Long` where somebody gave protobufjs that. */
function readValue(reader: protobuf.Reader, wire: number): number | Uint8Array {
  if (wire === WIRE.varint) return Number(String(reader.uint64()))
  if (wire === WIRE.fixed64) return Number(String(reader.fixed64()))
  if (wire === WIRE.fixed32) return reader.fixed32()
  if (wire === WIRE.bytes) return reader.bytes()
  throw new Error(`there is no wire type ${wire}`)
}

const bytesOf = (fields: Fields, field: number): Uint8Array[] =>
  (fields.get(field) ?? []).map(value => {
    if (typeof value === 'number') throw new Error(`field ${field} is a number`)
    return value
  })

const messages = (fields: Fields, field: number): Fields[] => bytesOf(fields, field).map(read)

const textOf = (fields: Fields, field: number): string => Buffer.from(bytesOf(fields, field)[0] ?? []).toString('utf8')

function numberOf(fields: Fields, field: number): number {
  const [value = 0] = fields.get(field) ?? []
  if (typeof value !== 'number') throw new Error(`field ${field} is no number`)
  return value
}

function idOf(fields: Fields, field: number, bytes: number): string {
  const id = Buffer.from(bytesOf(fields, field)[0] ?? []).toString('hex')
  if (id.length !== 2 * bytes || !/[^0]/.test(id)) throw new Error(`field ${field} is no id: "${id}"`)
  return id
}
