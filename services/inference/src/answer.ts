import { buildPrompt, MAX_ENTRIES, questionOf, recall } from '@waystation/conversations'
import type { Completion, Turn } from '@waystation/domain'
import type { Deps } from './deps.ts'
import { openReply } from './progress.ts'
import { Stopped, watch } from './watch.ts'

/**
 * Asks the model, and shows how far it is. Throws what the model throws; `Stopped` with what there was until then, when
 * the person asked to stop; `Superseded` when another worker took over; or the reason of `signal`.
 */
export async function answer(turn: Turn, takenAt: number, deps: Deps, signal: AbortSignal): Promise<Completion> {
  const { inbox, model, events, persona, history, streaming } = deps
  const said = recall(await inbox.history(turn.conversation, MAX_ENTRIES), history)
  const prompt = buildPrompt(persona, said, questionOf(turn))

  using watched = watch(turn, inbox, signal)
  using reply = openReply(turn, { inbox, streaming, onState: watched.see })
  let completion: Completion | undefined
  try {
    for await (const next of model.complete(prompt, watched.signal)) {
      if (!completion) events.firstToken(turn, takenAt)
      completion = next
      reply.show(next)
    }
    watched.signal.throwIfAborted()
  } catch (error) {
    throw error instanceof Stopped ? new Stopped(completion) : error
  }
  if (!completion) throw new Error('the model said nothing')
  return completion
}
