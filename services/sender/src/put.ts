import { type Receipt, Rejected, type Reply, Unanswered } from '@waystation/domain'
import type { Delivery } from '@waystation/mailbox'
import type { Deps } from './deliver.ts'

/** Makes one part visible as it should read: a new message, or an edit of the one that already shows it. */
export async function put(delivery: Delivery, reply: Reply, part: string, index: number, deps: Deps): Promise<Receipt> {
  const { outbox, events, messenger, deadline } = deps
  const known = delivery.parts.get(index)
  if (known?.state === 'shown') {
    try {
      await messenger.edit(reply, part, known.receipt, deadline)
      events.partSent(messenger, 'edited')
      return known.receipt
    } catch (error) {
      // Somebody deleted it: the person still gets the text, as a new message.
      if (!(error instanceof Rejected && error.reason === 'message_gone')) throw error
    }
  }
  // Sent before, perhaps: its sender died, or the platform did not answer. Better twice than not at all, and counted.
  if (known?.state === 'sending') events.partSent(messenger, 'doubtful')
  if (!messenger.dropsRepeats) await outbox.notePart(delivery, index, { state: 'sending' })
  try {
    const receipt = await messenger.send(reply, part, index, deadline)
    events.partSent(messenger, 'sent')
    return receipt
  } catch (error) {
    events.partSent(messenger, 'failed')
    const isInDoubt = messenger.dropsRepeats || error instanceof Unanswered
    if (!isInDoubt) await outbox.notePart(delivery, index, { state: 'waiting' })
    throw error
  }
}
