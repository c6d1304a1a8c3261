import { type RawRequest, type Received, type Receiver, Unauthenticated } from '@waystation/domain'
import { authenticate } from './authenticate.ts'
import { parse } from './parse.ts'

/** `POST /api/messages` of our own page: from the page itself, with its session. `key` signs sessions. */
export function webReceiver(key: string) {
  return {
    channel: 'web',
    receive(request: RawRequest): Received {
      const { headers } = request
      if (!isSameOrigin(headers)) throw new Unauthenticated('another site asks')
      const session = authenticate(headers, key)
      return { messages: [parse(request, session, Date.now())], ignored: [] }
    },
  } satisfies Receiver
}

/**
 * Whether our own page asks, or something that is no browser. Browsers say so in `Sec-Fetch-Site`, on plain HTTP only
 * in `Origin`.
 */
function isSameOrigin(headers: RawRequest['headers']): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const origin = headers.origin
  if (origin === undefined) return true
  return URL.parse(String(origin))?.host === headers.host
}
