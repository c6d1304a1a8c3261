import { createHash } from 'node:crypto'
import type { Asked } from './platform.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export type Signature = { credential: string; names: string[]; signature: string; requestHash: string }

/** What both clouds sign of a POST, made anew from what came; `undefined` without a signature by this algorithm. */
export function readSignature(algorithm: string, { path, headers, text }: Asked): Signature | undefined {
  const found = /^(\S+) Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([\da-f]{64})$/.exec(
    headers.authorization ?? '',
  )
  const [, by, credential = '', signed = '', signature = ''] = found ?? []
  if (by !== algorithm) return undefined
  const names = signed.split(';')
  const lines = names.map(name => `${name}:${String(headers[name] ?? '').trim()}\n`).join('')
  const { pathname, search } = new URL(path, 'http://host')
  const request = ['POST', pathname, search.slice(1), lines, signed, sha256(text)].join('\n')
  return { credential, names, signature, requestHash: sha256(request) }
}
