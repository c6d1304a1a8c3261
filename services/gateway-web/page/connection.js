const RETRY_FIRST_MS = 1_000
const RETRY_MOST_MS = 15_000
/** Nearly three heartbeats of the server. A sleeping laptop's connection can be dead without knowing. */
const SILENCE_MS = 40_000

/**
 * Follows the conversation's events, for ever: whatever cuts the connection, it comes back and asks for what it
 * missed. A hidden page lets go of it: browsers share six connections among all tabs of a site.
 * @param {{
 *   onEvent(event: import('./transcript.js').ChatEvent): void,
 *   onIdle(): void,
 *   onUp(): void,
 *   onDown(): void
 * }} listener `onIdle`: everything up to now has been told.
 */
export function follow({ onEvent, onIdle, onUp, onDown }) {
  /** @type {EventSource | undefined} */
  let source
  let seen = ''
  let retryMs = RETRY_FIRST_MS
  let timer = 0

  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()))
  addEventListener('online', open)
  addEventListener('offline', onDown)
  open()

  function open() {
    close()
    if (document.hidden) return
    const opened = new EventSource(seen === '' ? '/api/events' : `/api/events?after=${seen}`)
    source = opened
    watch()
    opened.addEventListener('open', () => {
      retryMs = RETRY_FIRST_MS
      onUp()
    })
    opened.addEventListener('message', event => {
      watch()
      seen = event.lastEventId || seen
      onEvent(JSON.parse(event.data))
    })
    opened.addEventListener('beat', () => {
      watch()
      onIdle()
    })
    opened.addEventListener('error', () => {
      onDown()
      // Otherwise the browser tries again by itself.
      if (opened.readyState === EventSource.CLOSED) reopenLater()
    })
  }

  function close() {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }

  function watch() {
    clearTimeout(timer)
    timer = setTimeout(open, SILENCE_MS)
  }

  /** Not at once, and not all pages together. The page itself brings a new session where ours was lost. */
  function reopenLater() {
    clearTimeout(timer)
    timer = setTimeout(() => fetch('/', { cache: 'no-store' }).then(open, reopenLater), retryMs * (0.5 + Math.random()))
    retryMs = Math.min(retryMs * 2, RETRY_MOST_MS)
  }
}
