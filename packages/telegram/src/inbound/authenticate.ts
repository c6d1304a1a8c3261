import { createHash, timingSafeEqual } from 'node:crypto'
import { type RawRequest, Unauthenticated } from '@waystation/domain'

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Checks requests: throws `Unauthenticated` unless the request carries the webhook's secret. Takes as long however wrong it is. */
export function authenticator(secret: string): (request: RawRequest) => void {
  // Digests have one length, which timingSafeEqual asks for and which tells nothing of the secret's.
  const expected = digest(secret)
  return ({ headers }) => {
    const given = headers['x-telegram-bot-api-secret-token']
    if (typeof given !== 'string' || !timingSafeEqual(digest(given), expected)) {
      throw new Unauthenticated('the secret token is missing or wrong')
    }
  }
}
