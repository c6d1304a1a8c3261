import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { type RawRequest, Unauthenticated } from '@waystation/domain'
import type { Redis } from '@waystation/redis'

const COOKIE = 'waystation_session'
const COOKIE_SECONDS = 365 * 24 * 60 * 60
const SESSION_BYTES = 16
const KEY_BYTES = 32
const sharedKey = 'waystation:{web}:session-key'

/** Names the browser a request comes from: unguessable, and safe in logs, because only its signature opens anything. */
export type SessionId = string

/** The key that signs sessions: the configured secret, else one that all replicas share through Redis. */
export async function sessionKey(redis: Redis, secret: string | undefined): Promise<string> {
  if (secret !== undefined) return secret
  await redis.set(sharedKey, randomBytes(KEY_BYTES).toString('base64url'), 'NX')
  const shared = await redis.get(sharedKey)
  if (shared === null) throw new Error('the session key vanished from Redis')
  return shared
}

export const newSession = (): SessionId => randomBytes(SESSION_BYTES).toString('base64url')

/**
 * The header that gives a browser its session, or gives it another year. `Lax`, not `Strict`: a link to the chat on
 * some other site would come without a strict cookie, get a new session, and the conversation would be gone.
 */
export function sessionCookie(session: SessionId, key: string, secure: boolean): string {
  const attributes = `Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return `${COOKIE}=${session}.${sign(session, key)}; ${attributes}`
}

/** The session a request belongs to. Throws `Unauthenticated` for none, or one we did not sign. */
export function authenticate({ cookie }: RawRequest['headers'], key: string): SessionId {
  // Browsers send one header; another site on our domain may have added a cookie of the same name.
  for (const pair of String(cookie ?? '').split(';')) {
    const [, session, signature] = /^\s*waystation_session=([\w-]{22})\.([\w-]{43})\s*$/.exec(pair) ?? []
    if (session && signature && timingSafeEqual(Buffer.from(signature), Buffer.from(sign(session, key)))) return session
  }
  throw new Unauthenticated('no session')
}

const sign = (session: SessionId, key: string) =>
  createHmac('sha256', key).update(`waystation web session ${session}`).digest('base64url')
