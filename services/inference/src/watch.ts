import type { Turn } from '@waystation/domain'
import { type Inbox, Superseded, type TurnState } from '@waystation/mailbox'

/** A person who asks to stop should not wait a second for it. */
const CHECK_EVERY_MS = 500

/** The person asked to stop. */
export class Stopped extends Error {
  override name = 'Stopped'
}

/** A signal that aborts with `outer`, with `Stopped`, or with `Superseded`, by looking at the turn now and then. */
export function watch(turn: Turn, inbox: Inbox, outer: AbortSignal) {
  const controller = new AbortController()
  const end = () => controller.abort(outer.reason)
  if (outer.aborted) end()
  outer.addEventListener('abort', end)

  function see(state: TurnState): void {
    if (state === 'stopped') controller.abort(new Stopped())
    if (state === 'superseded') controller.abort(new Superseded())
  }
  // An unreachable Redis says nothing about the turn; the commit will find out.
  const timer = setInterval(() => inbox.check(turn).then(see, () => {}), CHECK_EVERY_MS)

  return {
    signal: controller.signal,
    see,
    [Symbol.dispose]() {
      clearInterval(timer)
      outer.removeEventListener('abort', end)
    },
  }
}
