import protobuf from 'protobufjs/minimal.js'

/** A frame of the long connection (@larksuiteoapi/node-sdk, lib/index.js, `pbbp2.Frame`). */
export type Frame = {
  method: 'control' | 'data'
  service: number
  headers: Readonly<Record<string, string>>
  payload: Buffer
}

const methods = ['control', 'data'] as const

// Field by field: the SDK takes `Long` out of the protobufjs it shares with us, and generated codecs break without it.
const SERVICE = 3
const METHOD = 4
const HEADER = 5
const PAYLOAD = 8
const varint = (field: number): number => field << 3
const bytes = (field: number): number => (field << 3) | 2

export function encodeFrame({ method, service, headers, payload }: Frame): Uint8Array {
  // SeqID and LogID come first and must be there.
  const writer = protobuf.Writer.create().uint32(varint(1)).uint64(0).uint32(varint(2)).uint64(0)
  writer.uint32(varint(SERVICE)).int32(service).uint32(varint(METHOD)).int32(methods.indexOf(method))
  for (const [key, value] of Object.entries(headers))
    writer.uint32(bytes(HEADER)).fork().uint32(bytes(1)).string(key).uint32(bytes(2)).string(value).ldelim()
  return writer.uint32(bytes(PAYLOAD)).bytes(payload).finish()
}

/** Throws for what is no frame. */
export function decodeFrame(encoded: Uint8Array): Frame {
  const reader = protobuf.Reader.create(encoded)
  const headers: Record<string, string> = {}
  let service = 0
  let method: Frame['method'] | undefined
  let payload = Buffer.alloc(0)
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === varint(SERVICE)) service = reader.int32()
    else if (tag === varint(METHOD)) method = methods[reader.int32()]
    else if (tag === bytes(HEADER)) Object.assign(headers, headerIn(reader.bytes()))
    else if (tag === bytes(PAYLOAD)) payload = Buffer.from(reader.bytes())
    else reader.skipType(tag & 7)
  }
  if (!method) throw new Error('a frame has no method')
  return { method, service, headers, payload }
}

function headerIn(encoded: Uint8Array): Record<string, string> {
  const reader = protobuf.Reader.create(encoded)
  const texts = new Map<number, string>()
  while (reader.pos < reader.len) texts.set(reader.uint32() >>> 3, reader.string())
  return { [texts.get(1) ?? '']: texts.get(2) ?? '' }
}
