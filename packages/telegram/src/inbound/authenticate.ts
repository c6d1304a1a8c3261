import { createHash, timingSafeEqual } from 'node:crypto'
import { type RawRequest, Unauthenticated } from '@waystation/domain'

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Throws `Unauthenticated` unless the request carries the webhook's secret. Takes as long however wrong it is. */
export function authenticate({ headers }: RawRequest, secret: string): void {
  const given = headers['x-telegram-bot-api-secret-token']
  // Digests have one length, which timingSafeEqual asks for and which tells nothing of the secret's.
  if (typeof given !== 'string' || !timingSafeEqual(digest(given), digest(secret))) {
    throw new Unauthenticated('the secret token is missing or wrong')
  }
}
