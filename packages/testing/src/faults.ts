export type FaultOptions<Chat> = {
  /** How many calls it befalls (1); `Infinity` until it is ended. */
  times?: number
  /** Only calls to this chat. */
  chat?: Chat
}

type Waiting<Fault, Chat> = { call: string; fault: Fault; left: number; chat: Chat | undefined }

export type Faults<Fault, Chat> = ReturnType<typeof createFaults<Fault, Chat>>

/** What is to go wrong with a platform's calls, each named by its method or endpoint. */
export function createFaults<Fault, Chat>() {
  const waiting: Waiting<Fault, Chat>[] = []

  /** Faults of one kind of call come in the order they were planned. The function returned ends this one. */
  function plan(call: string, fault: Fault, { times = 1, chat }: FaultOptions<Chat> = {}): () => void {
    const planned = { call, fault, left: times, chat }
    waiting.push(planned)
    return () => {
      planned.left = 0
    }
  }

  function take(call: string, chat: Chat | undefined): Fault | undefined {
    const next = waiting.find(
      planned => planned.left > 0 && planned.call === call && (planned.chat === undefined || planned.chat === chat),
    )
    if (next) next.left -= 1
    return next?.fault
  }

  return { plan, take }
}
