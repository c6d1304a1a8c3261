/** What goes wrong with one call. */
export type Fault =
  /** Answered so instead of being handled. `status` is 429 for 99991400 and 400 for the rest, unless it is given. */
  | { code: number; status?: number; msg?: string; headers?: Record<string, string> }
  /** Something in between answers, such as a proxy's HTML. */
  | { body: string; status: number }
  /** The connection ends before the call is handled, or after: then the message is there and its answer is lost. */
  | { drop: 'before' | 'after' }
  | { delayMs: number; when: 'before' | 'after' }

export type FaultOptions = {
  /** How many calls it befalls (1); `Infinity` until it is ended. */
  times?: number
  /** Only calls to this chat. */
  chat?: string
}

type Waiting = { endpoint: string; fault: Fault; left: number; chat: string | undefined }

export function createFaults() {
  const waiting: Waiting[] = []

  /** Faults of one endpoint come in the order they were planned. The function returned ends this one. */
  function plan(endpoint: string, fault: Fault, { times = 1, chat }: FaultOptions = {}): () => void {
    const planned = { endpoint, fault, left: times, chat }
    waiting.push(planned)
    return () => {
      planned.left = 0
    }
  }

  function take(endpoint: string, chat: string | undefined): Fault | undefined {
    const next = waiting.find(
      planned =>
        planned.left > 0 && planned.endpoint === endpoint && (planned.chat === undefined || planned.chat === chat),
    )
    if (next) next.left -= 1
    return next?.fault
  }

  return { plan, take }
}
