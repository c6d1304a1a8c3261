import { authenticate, newSession, type SessionId, sessionCookie } from '@waystation/web/inbound'
import type { Context, Next } from 'koa'

/** Whoever opens the page keeps the session of their browser for another year, or gets one. */
export function giveSession(key: string) {
  return (context: Context, next: Next): Promise<void> => {
    const behindHttps = context.secure || context.get('X-Forwarded-Proto').startsWith('https')
    context.set('Set-Cookie', sessionCookie(sessionOf(context) ?? newSession(), key, behindHttps))
    return next()
  }

  function sessionOf(context: Context): SessionId | undefined {
    try {
      return authenticate(context.headers, key)
    } catch {
      return undefined
    }
  }
}
