import { createParser } from 'eventsource-parser'
import type { ChatCompletionChunk } from 'openai/resources'

/** The stream ended before the answer did, without an error of the connection. */
export class IncompleteAnswer extends Error {
  override name = 'IncompleteAnswer'
}

/**
 * The chunks of a streamed completion. It reads on behind `[DONE]`, so that the connection serves the next call; the
 * client's own reader stops there, hangs up, and costs twice the CPU.
 */
export async function* readChunks(body: AsyncIterable<Uint8Array>): AsyncGenerator<ChatCompletionChunk> {
  const decoder = new TextDecoder()
  const events: string[] = []
  const parser = createParser({ onEvent: ({ data }) => events.push(data) })
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes, { stream: true }))
    for (const data of events.splice(0)) if (data !== '[DONE]') yield parseChunk(data)
  }
}

function parseChunk(data: string): ChatCompletionChunk {
  const chunk = JSON.parse(data)
  // How servers say in the middle of a stream that they cannot go on.
  if (!chunk || chunk.error) throw new IncompleteAnswer()
  return chunk
}
