import type { Manner } from './behaviour.ts'
import { type CompletionRequest, textOf } from './request.ts'

type Usage = { prompt_tokens: number; completion_tokens: number; total_tokens: number }

/** An answer, cut and counted, before it is written one way or the other. */
export type Completion = {
  id: string
  created: number
  model: string
  text: string
  reasoning: string
  finishReason: 'stop' | 'length' | null
  usage: Usage
}

let lastId = 0

export function completionOf(request: CompletionRequest, answer: string, manner: Manner): Completion {
  const text = manner.finishReason === 'length' ? answer.slice(0, Math.ceil(answer.length / 2)) : answer
  const promptTokens = tokens(request.messages.map(message => textOf(message.content)).join('\n'))
  const completionTokens = tokens(text + manner.reasoning)
  return {
    id: `chatcmpl-${++lastId}`,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    text: text.toWellFormed(),
    reasoning: manner.reasoning,
    finishReason: manner.finishReason,
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  }
}

/** The body of an answer that is not streamed. */
export function wholeBody({ id, created, model, text, reasoning, finishReason, usage }: Completion): string {
  const message = {
    role: 'assistant',
    content: text,
    refusal: null,
    ...(reasoning ? { reasoning_content: reasoning } : {}),
  }
  const choice = { index: 0, message, logprobs: null, finish_reason: finishReason }
  return JSON.stringify({ id, object: 'chat.completion', created, model, choices: [choice], usage })
}

/** The events of a streamed answer: what comes at once, the pieces with tokens in them, and the end. */
export type Events = { opening: string; pieces: string[]; ending: string }

export function eventsOf(completion: Completion, request: CompletionRequest, manner: Manner): Events {
  const { id, created, model, usage } = completion
  const event = (choices: object[], reported: Usage | null = null) =>
    sse({
      id,
      object: 'chat.completion.chunk',
      created,
      model,
      choices,
      ...(request.includeUsage ? { usage: reported } : {}),
    })
  const delta = (fields: object, finishReason: string | null = null) => [
    { index: 0, delta: fields, logprobs: null, finish_reason: finishReason },
  ]
  const isReportedAtFinish = manner.usageIn === 'finish_chunk'
  const finish = completion.finishReason
    ? event(delta({}, completion.finishReason), isReportedAtFinish ? usage : null)
    : ''
  const report = request.includeUsage && !isReportedAtFinish ? event([], usage) : ''
  return {
    opening: event(delta({ role: 'assistant', content: '' })),
    pieces: [
      ...cut(completion.reasoning, manner.chunks).map(piece =>
        event(delta({ content: null, reasoning_content: piece })),
      ),
      ...cut(completion.text, manner.chunks).map(piece => event(delta({ content: piece }))),
    ],
    ending: `${finish}${report}data: [DONE]\n\n`,
  }
}

export const sse = (event: object): string => `data: ${JSON.stringify(event)}\n\n`

/** At most `count` pieces of about the same length; no character is cut in two. */
function cut(text: string, count: number): string[] {
  const characters = Array.from(text)
  const size = Math.ceil(characters.length / Math.max(count, 1))
  const pieces: string[] = []
  for (let start = 0; start < characters.length; start += size)
    pieces.push(characters.slice(start, start + size).join(''))
  return pieces
}

/** Four characters to a token, as a rule of thumb has it. */
const tokens = (text: string): number => Math.ceil(text.length / 4)
