import { close, connect, startTestRedis } from '@waystation/redis'
import { expect, test } from 'vitest'
import { authenticate, newSession, sessionCookie, sessionKey } from './authenticate.ts'

test('all replicas sign with one key: the configured one, else one they share, also after a restart', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  expect(await sessionKey(redis, 'configured')).toBe('configured')
  const keys = await Promise.all([1, 2, 3].map(() => sessionKey(redis, undefined)))
  expect(new Set(keys).size).toBe(1)
  expect(keys[0]).toMatch(/^[\w-]{43}$/)
  await close(redis)
})

test('a session is 128 bits that nobody can guess, and the browser keeps it from scripts and other sites', () => {
  const session = newSession()
  expect(Buffer.from(session, 'base64url')).toHaveLength(16)
  const cookie = sessionCookie(session, 'key', true)
  expect(cookie).toMatch(/; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure$/)
  expect(sessionCookie(session, 'key', false)).not.toContain('Secure')
  expect(authenticate({ cookie: cookie.split(';')[0] }, 'key')).toBe(session)
})
