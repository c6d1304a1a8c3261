import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** How often the server says that it is still there. */
const KEEP_ALIVE_EVERY_MS = 1_000

/** Collects what is to be said, and says it when there is a wait; times are ms since it was created. */
export function createPacedWriter(response: ServerResponse, keepAlive: string, gone: AbortSignal) {
  const began = performance.now()
  let unsent = ''

  const add = (text: string) => {
    unsent += text
  }

  async function flush(): Promise<void> {
    const text = unsent
    unsent = ''
    if (text !== '' && !gone.aborted) await new Promise(resolve => response.write(text, resolve))
  }

  async function until(ms: number): Promise<void> {
    const left = () => (gone.aborted ? 0 : began + ms - performance.now())
    if (left() > 0) await flush()
    for (let pause = left(); pause > 0; pause = left()) {
      if (keepAlive) response.write(keepAlive)
      await sleep(keepAlive ? Math.min(pause, KEEP_ALIVE_EVERY_MS) : pause, undefined, { signal: gone }).catch(() => {})
    }
  }

  function end(): 'sent' {
    response.end(unsent)
    return 'sent'
  }

  return { add, flush, until, end }
}
