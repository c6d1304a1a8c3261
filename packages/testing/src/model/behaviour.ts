/** How answers come: what backends differ in, and how long they take. */
export type Manner = {
  /** From the request to the first token. */
  firstTokenMs: number
  /** From the request to the end; the pieces of a stream are spread over the time after the first token. */
  durationMs: number
  /** How many pieces a streamed answer comes in. */
  chunks: number
  /** `length`: half of the answer, cut off by the token limit. */
  finishReason: 'stop' | 'length'
  /** What is thought and said beyond the request's own limit is cut off, at four characters to a token. */
  obeysMaxTokens: boolean
  /** Beside the finish reason (DeepSeek), inside the choice that has it (Moonshot), or in a chunk without choices. */
  usageIn: 'own_chunk' | 'finish_chunk' | 'last_choice'
  /** SSE comments while nothing else comes (llama.cpp, DeepSeek). */
  keepAliveComments: boolean
  /** Blank lines likewise, before an answer in one piece too (DeepSeek). */
  keepAliveBlankLines: boolean
  /** Thinking aloud first, in a field of its own; empty for none. */
  reasoning: string
}

export const usualManner: Manner = {
  firstTokenMs: 0,
  durationMs: 0,
  chunks: 4,
  finishReason: 'stop',
  obeysMaxTokens: false,
  usageIn: 'own_chunk',
  keepAliveComments: false,
  keepAliveBlankLines: false,
  reasoning: '',
}

/** What goes wrong with one request. */
export type ModelFault =
  | { kind: 'status'; status: number; retryAfterSeconds?: number }
  /** llama.cpp's 503 while it starts. */
  | { kind: 'loading' }
  /** The account is empty: a 429 that no waiting cures, 402 from DeepSeek, 400 from Qwen. */
  | { kind: 'insufficient_quota' }
  /** No byte of an answer, for ever; `afterChunks`: a stream that stops there and stays open. */
  | { kind: 'hold'; afterChunks?: number }
  /** The connection ends inside the answer. */
  | { kind: 'cut'; afterChunks: number }
  /** `{"error": …}` as an event of the stream, which then ends. */
  | { kind: 'error_event'; afterChunks: number }
  /** The stream ends well but for its finish reason. */
  | { kind: 'no_finish_reason' }
  /** 200 with a web page, as from a proxy. */
  | { kind: 'html' }
  /** No fault but another manner. */
  | ({ kind: 'manner' } & Partial<Manner>)

export type ModelFaultOptions = {
  /** How many requests it befalls: 1, or with `forMs` all. */
  times?: number
  /** How long it lasts. */
  forMs?: number
}

type Planned = { fault: ModelFault; left: number; until: number }

export function createModelFaults() {
  const waiting: Planned[] = []

  /** Faults come in the order they were planned. The function returned ends this one. */
  function plan(fault: ModelFault, { forMs, times = forMs === undefined ? 1 : Infinity }: ModelFaultOptions = {}) {
    const planned = { fault, left: times, until: forMs === undefined ? Infinity : Date.now() + forMs }
    waiting.push(planned)
    return () => {
      planned.left = 0
    }
  }

  const next = () => waiting.find(({ left, until }) => left > 0 && Date.now() < until)

  function take(): ModelFault | undefined {
    const planned = next()
    if (planned) planned.left -= 1
    return planned?.fault
  }

  return { plan, take, peek: () => next()?.fault }
}
