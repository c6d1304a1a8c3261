import type { Completion, Inquiry, Turn } from '@waystation/domain'
import type { Deps } from './deps.ts'
import { openReply } from './progress.ts'
import { Stopped, watch } from './watch.ts'

/** The whole answer, or what there was of it when the person asked to stop. */
export type Answer = { completion: Completion; outcome: 'answered' | 'stopped'; firstTokenAt: number }

/**
 * Asks the model, and shows how far it is. Throws what the model throws; `Stopped` when the person asked to stop before
 * it had a word; `Superseded` when another worker took over; or the reason of `signal`.
 */
export async function answer(
  turn: Turn,
  inquiry: Inquiry,
  takenAt: number,
  deps: Deps,
  signal: AbortSignal,
): Promise<Answer> {
  const { inbox, models, events, streaming } = deps

  using watched = watch(turn, inbox, signal)
  using reply = openReply(turn, { inbox, streaming, onState: watched.see })
  let completion: Completion | undefined
  let firstTokenAt = 0
  try {
    for await (const next of models.model.complete(inquiry, watched.signal)) {
      if (!completion) {
        firstTokenAt = Date.now()
        events.firstToken(turn, takenAt)
      }
      completion = next
      reply.show(next)
    }
    watched.signal.throwIfAborted()
  } catch (error) {
    if (error instanceof Stopped && completion) return { completion, outcome: 'stopped', firstTokenAt }
    throw error
  }
  if (!completion) throw new Error('the model said nothing')
  return { completion, outcome: 'answered', firstTokenAt }
}
