import type { Usage } from '@waystation/domain'
import { createParser } from 'eventsource-parser'

/** The stream ended before the answer did, or is none. */
export class IncompleteAnswer extends Error {
  override name = 'IncompleteAnswer'
  constructor(options?: ErrorOptions) {
    super('the model ended before its answer did', options)
  }
}

/** The model came to its end and said nothing. That may be the question's fault: another may be answered. */
export class EmptyAnswer extends IncompleteAnswer {
  override name = 'EmptyAnswer'
}

type ChunkUsage = { prompt_tokens: number; completion_tokens: number }

/** What is read of a chunk; servers leave out, null and add as they like. */
export type Chunk = {
  choices?: {
    delta?: { content?: string | null } | null
    finish_reason?: string | null
    usage?: ChunkUsage | null
  }[]
  usage?: ChunkUsage | null
}

/**
 * The chunks of a streamed completion. It reads on behind `[DONE]`, so that the connection serves the next call; the
 * client's own reader stops there, hangs up, and costs twice the CPU. Throws `IncompleteAnswer`.
 */
export async function* readChunks(body: AsyncIterable<Uint8Array>): AsyncGenerator<Chunk> {
  const decoder = new TextDecoder()
  const events: string[] = []
  const parser = createParser({ onEvent: ({ data }) => events.push(data) })
  try {
    for await (const bytes of body) {
      parser.feed(decoder.decode(bytes, { stream: true }))
      for (const data of events.splice(0)) if (data !== '[DONE]') yield parseChunk(data)
    }
  } catch (error) {
    // The connection broke.
    throw error instanceof IncompleteAnswer ? error : new IncompleteAnswer({ cause: error })
  }
}

function parseChunk(data: string): Chunk {
  const chunk = parseJson(data)
  // An `error` is how servers say in the middle of a stream that they cannot go on.
  if (!chunk || chunk.error) throw new IncompleteAnswer()
  return chunk
}

function parseJson(data: string): (Chunk & { error?: unknown }) | null {
  try {
    return JSON.parse(data)
  } catch {
    // Without its cause: that would quote what the model said.
    throw new IncompleteAnswer()
  }
}

/**
 * Whether the model said or thought something: gateways send a chunk before it begins, others a role. Thoughts are
 * in fields of any name.
 */
export function hasTokens({ choices }: Chunk): boolean {
  const { delta, finish_reason: finish } = choices?.[0] ?? {}
  return Boolean(finish) || Object.entries(delta ?? {}).some(([name, value]) => name !== 'role' && value)
}

/** In a chunk of its own, with no choices; beside the finish reason (DeepSeek); or inside its choice (Moonshot). */
export function usageOf({ usage, choices }: Chunk): Usage | undefined {
  const reported = usage ?? choices?.[0]?.usage
  return reported ? { promptTokens: reported.prompt_tokens, completionTokens: reported.completion_tokens } : undefined
}
