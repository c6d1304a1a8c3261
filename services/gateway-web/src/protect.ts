import type { Context, Next } from 'koa'

/**
 * What the page may do: its own scripts and styles, its own server. Models and strangers write parts of it, so nothing
 * inline runs, and HTML is made by DOMPurify alone (trusted types).
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types dompurify',
].join('; ')

const headers = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // A link in an answer should not tell where it was read.
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

export function protect(context: Context, next: Next): Promise<void> {
  context.set(headers)
  return next()
}
