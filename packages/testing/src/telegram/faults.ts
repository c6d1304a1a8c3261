import type { ResponseParameters } from './refused.ts'

/** What goes wrong with one call. */
export type Fault =
  /** Answered so instead of being handled; `body` where something in between answers, such as a proxy's HTML. */
  | { status: number; description?: string; parameters?: ResponseParameters; body?: string }
  /** The connection ends before the call is handled, or after: then the message is there and its answer is lost. */
  | { drop: 'before' | 'after' }
  | { delayMs: number; when: 'before' | 'after' }

export type FaultOptions = {
  /** How many calls it befalls (1); `Infinity` until it is ended. */
  times?: number
  /** Only calls to this chat. */
  chat?: number
}

type Waiting = { method: string; fault: Fault; left: number; chat: number | undefined }

export function createFaults() {
  const waiting: Waiting[] = []

  /** Faults of one method come in the order they were planned. The function returned ends this one. */
  function plan(method: string, fault: Fault, { times = 1, chat }: FaultOptions = {}): () => void {
    const planned = { method: method.toLowerCase(), fault, left: times, chat }
    waiting.push(planned)
    return () => {
      planned.left = 0
    }
  }

  function take(method: string, chat: number | undefined): Fault | undefined {
    if (waiting.length === 0) return undefined
    const next = waiting.find(
      planned =>
        planned.left > 0 &&
        planned.method === method.toLowerCase() &&
        (planned.chat === undefined || planned.chat === chat),
    )
    if (next) next.left -= 1
    return next?.fault
  }

  return { plan, take }
}
