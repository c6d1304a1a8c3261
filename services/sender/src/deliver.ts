import type { Messenger, Receipt } from '@waystation/domain'
import type { Delivery, Outbox } from '@waystation/mailbox'
import type { Events } from '@waystation/telemetry'
import { follow } from './follow.ts'
import { put } from './put.ts'

export type Deps = {
  outbox: Outbox
  events: Events
  messenger: Messenger
  /** Replies that still grow are left to others. */
  stopping: AbortSignal
  /** Calls to platforms are broken off. */
  deadline: AbortSignal
}

/**
 * Brings one reply to its chat, from where earlier attempts came to, and settles it. Returns how many replies wait
 * now. Throws what the messenger throws, `Superseded`, or `LeftToOthers`.
 */
export async function deliver(delivery: Delivery, deps: Deps): Promise<number> {
  const { outbox, events, messenger } = deps
  const reply = delivery.reply.state === 'open' ? await follow(delivery, deps) : delivery.reply
  const parts = reply.state === 'withdrawn' ? [] : messenger.split(reply.text)
  if (reply.state === 'withdrawn') await messenger.withdraw(reply, shownReceipt(delivery), deps.deadline)
  let receipt: Receipt | undefined
  for (const [index, part] of parts.entries()) {
    if (delivery.parts.get(index)?.state === 'sent') continue
    receipt = await put(delivery, reply, part, index, deps)
    // The last receipt needs no note: settling says it all.
    if (index < parts.length - 1) await outbox.notePart(delivery, index, { state: 'sent', receipt })
  }
  const waiting = await outbox.settle(delivery, { receipt })
  events.delivered(reply, delivery.takenAt, parts.length)
  return waiting
}

/** Of the one part that shows while a reply grows. */
function shownReceipt({ parts }: Delivery): Receipt | undefined {
  const first = parts.get(0)
  return first && 'receipt' in first ? first.receipt : undefined
}
