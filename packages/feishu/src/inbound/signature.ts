import { createHash, timingSafeEqual } from 'node:crypto'
import type { RawRequest } from '@waystation/domain'

/** Feishu sends again for 7.1 h, and nothing says that it signs anew. */
const MAX_AGE_MS = 8 * 60 * 60 * 1000
/** Our clock may be behind. */
const MAX_AHEAD_MS = 60 * 60 * 1000
/** A request can be shown to us again, and still be fresh, for as long as this. */
export const REPLAYABLE_MS = MAX_AGE_MS + MAX_AHEAD_MS

/** What a request says of its own signature. `timestamp`: seconds since 1970. */
type SignedRequest = { timestamp: string; nonce: string; signature: string; body: Buffer }

export function signedRequest({ headers, body }: RawRequest): SignedRequest | undefined {
  const timestamp = headers['x-lark-request-timestamp']
  const nonce = headers['x-lark-request-nonce']
  const signature = headers['x-lark-signature']
  if (typeof timestamp !== 'string' || typeof nonce !== 'string' || typeof signature !== 'string') return undefined
  return { timestamp, nonce, signature, body }
}

/**
 * A plain hash, not an HMAC, over the bytes as they came: written anew, the same JSON may have others
 * (open.feishu.cn …/event-subscription-configure-/encrypt-key-encryption-configuration-case).
 */
export function isSignedWith(encryptKey: string, { timestamp, nonce, signature, body }: SignedRequest): boolean {
  const hash = createHash('sha256').update(timestamp + nonce + encryptKey)
  return isSame(signature, hash.update(body).digest('hex'))
}

/** `now`: ms since 1970. */
export function isFresh({ timestamp }: SignedRequest, now: number): boolean {
  const age = now - Number(timestamp) * 1000
  return age <= MAX_AGE_MS && age >= -MAX_AHEAD_MS
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Takes as long however wrong `given` is: digests have one length, which tells nothing of the secret's. */
export const isSame = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected))
