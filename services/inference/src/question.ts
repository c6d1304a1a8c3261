import { lastExchange, MAX_ENTRIES, questionOf } from '@waystation/conversations'
import type { Turn } from '@waystation/domain'
import type { Inbox } from '@waystation/mailbox'

/** What is asked of the model, and the history before it. `again`: it was the last to be asked, and is answered anew. */
export type Question = { text: string; history: string[]; again: boolean }

/** `undefined` for a `/retry` that nothing can be done about: nothing was said, or the answer meant is not the last. */
export async function readQuestion(turn: Turn, inbox: Inbox): Promise<Question | undefined> {
  const history = await inbox.history(turn.conversation, MAX_ENTRIES)
  const [{ command, replyTo }] = turn.messages
  if (command !== 'retry') return { text: questionOf(turn), history, again: false }
  const exchange = lastExchange(history)
  // A button names the answer it stands under; who writes the command means the last one.
  if (!exchange || (replyTo?.toBot && replyTo.id !== exchange.last.replyId)) return undefined
  return { text: exchange.last.question, history: exchange.before, again: true }
}
