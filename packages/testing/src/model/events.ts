import type { Manner } from './behaviour.ts'
import type { Completion, Usage } from './completion.ts'
import type { CompletionRequest } from './request.ts'
import type { Wire } from './wires.ts'

/**
 * The events of a streamed answer: what comes before the model begins, what it begins with, the pieces with tokens in
 * them, and the end.
 */
export type Events = { prelude: string; opening: string; pieces: string[]; ending: string }

export function eventsOf(
  completion: Completion,
  { includeUsage }: CompletionRequest,
  manner: Manner,
  wire: Wire,
): Events {
  const { id, created, model, usage, finishReason } = completion
  const head = { id, object: 'chat.completion.chunk', created, model }
  const saysNoUsage = includeUsage && wire.saysNoUsage

  function event(choices: object[], reported?: Usage): string {
    const report = reported ? { usage: reported } : saysNoUsage ? { usage: null } : {}
    return sse(wire.arrange({ ...head, choices, ...report }))
  }

  const choice = (delta: object, ending: object = { finish_reason: null }) => [
    wire.arrangeChoice({ index: 0, delta: { ...wire.everyDelta, ...delta }, ...wire.everyChoice, ...ending }),
  ]

  function finish(): string {
    if (!finishReason) return ''
    const isInChoice = manner.usageIn === 'last_choice'
    const ending = { finish_reason: finishReason, ...(isInChoice ? { usage } : {}) }
    return event(choice(wire.lastDelta, ending), includeUsage && manner.usageIn === 'finish_chunk' ? usage : undefined)
  }

  const thought = (piece: string) => event(choice({ ...wire.thoughtDelta, [wire.reasoningIn]: piece }))
  const report = includeUsage && manner.usageIn === 'own_chunk' ? event([], usage) : ''
  return {
    prelude: wire.prelude ? sse(wire.prelude) : '',
    opening: event(choice(wire.firstDelta)),
    pieces: [
      ...cut(completion.reasoning, manner.chunks).map(thought),
      ...cut(completion.text, manner.chunks).map(content => event(choice({ content }))),
    ],
    ending: `${finish()}${report}data: [DONE]\n\n`,
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
