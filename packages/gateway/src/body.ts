import type { IncomingMessage } from 'node:http'

/** The raw bytes of a request. An over-long one is not kept; what still arrives of it is thrown away. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'too_large'> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes <= maxBytes) chunks.push(chunk)
  }
  return bytes > maxBytes ? 'too_large' : Buffer.concat(chunks)
}
