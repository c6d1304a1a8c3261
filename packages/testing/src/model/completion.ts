import type { Manner } from './behaviour.ts'
import { type CompletionRequest, promptText } from './request.ts'
import { firstTokensOf, tokensOf } from './tokens.ts'

export type Usage = { prompt_tokens: number; completion_tokens: number; total_tokens: number }

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
  const { text, reasoning, finishReason } = limited(request, answer.toWellFormed(), manner)
  const promptTokens = tokensOf(promptText(request))
  const completionTokens = tokensOf(text + reasoning)
  return {
    id: `chatcmpl-${++lastId}`,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    text,
    reasoning,
    finishReason,
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  }
}

/** What is thought aloud is paid for, and counts. */
function limited(
  { maxTokens }: CompletionRequest,
  answer: string,
  { reasoning, finishReason, obeysMaxTokens }: Manner,
) {
  if (finishReason === 'length')
    return { reasoning, text: answer.slice(0, Math.ceil(answer.length / 2)).toWellFormed(), finishReason }
  if (!obeysMaxTokens || maxTokens === undefined || tokensOf(reasoning + answer) <= maxTokens)
    return { reasoning, text: answer, finishReason }
  const all = firstTokensOf(reasoning + answer, maxTokens)
  const thought = all.slice(0, reasoning.length)
  return { reasoning: thought, text: all.slice(thought.length), finishReason: 'length' as const }
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
