import { Rejected, Unanswered, Unavailable } from '@waystation/domain'
import type { Answer } from '@waystation/http'

/** Throws what an HTTP status means that is not 2xx. `name` is what errors call the other side. */
export function checkStatus(name: string, { status, headers }: Answer): void {
  if (status >= 200 && status < 300) return
  const said = `${name}: HTTP ${status}`
  if (status === 408 || status === 425 || status === 429 || status === 503)
    throw new Unavailable(said, retryAfterMs(headers['retry-after']))
  // It was taken, and something broke on the way back or behind it.
  if (status >= 500) throw new Unanswered(said)
  throw new Rejected(`http_${status}`)
}

/** Seconds or a date, as RFC 9110 has it; at most an hour, lest one wrong answer silences a receiver for good. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || header === '') return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_PAUSE_MS)
}

const LONGEST_PAUSE_MS = 60 * 60 * 1000

/** What has the path and query of an address as its path, for that is how calls are made. */
export function splitUrl(url: string): { root: string; path: string } {
  const { origin, pathname, search } = new URL(url)
  return { root: origin, path: `${pathname}${search}` }
}

/** A code of theirs as a reason of ours; one that is no word, such as what a proxy says, is not quoted. */
export const reasonOf = (platform: string, code: string): string =>
  `${platform}_${/^[\w.]{1,64}$/.test(code) ? code : 'unknown'}`
