/** How long to wait for the first token, for each next one, and for the whole answer; ms. */
export type Limits = { firstTokenMs: number; nextTokenMs: number; wholeMs: number }

/** The model kept the connection and said nothing for too long. */
export class ModelTimeout extends Error {
  override name = 'ModelTimeout'
}

export type Clock = ReturnType<typeof startClock>

/**
 * Aborts its signal when the model is silent for too long, or talks for too long. `tick` at every token; `rest` while
 * nobody listens, which is no silence of the model's, until the next `tick`.
 */
export function startClock({ firstTokenMs, nextTokenMs, wholeMs }: Limits, outer: AbortSignal) {
  const controller = new AbortController()
  const abort = () => controller.abort()
  outer.addEventListener('abort', abort, { once: true })
  if (outer.aborted) abort()
  const clock = { signal: controller.signal, expired: false, tick, rest, stop }
  const whole = setTimeout(expire, wholeMs)
  let silence = setTimeout(expire, firstTokenMs)

  function expire() {
    clock.expired = true
    abort()
  }
  function tick() {
    rest()
    silence = setTimeout(expire, nextTokenMs)
  }
  function rest() {
    clearTimeout(silence)
  }
  function stop() {
    clearTimeout(whole)
    rest()
    outer.removeEventListener('abort', abort)
  }
  return clock
}
