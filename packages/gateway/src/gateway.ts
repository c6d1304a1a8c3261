import type { Access } from '@waystation/conversations'
import { type Channel, type InboundMessage, type Received, Rejected } from '@waystation/domain'
import type { Inbox } from '@waystation/mailbox'
import type { Events } from '@waystation/telemetry'
import { admit } from './admit.ts'

export type Accepted = 'posted' | 'duplicate' | 'amended' | 'too_late' | 'refused'

export type Gateway = ReturnType<typeof createGateway>

/** The road from a parsed request to the inbox: admit → post. */
export function createGateway({ inbox, events, access }: { inbox: Inbox; events: Events; access: Access }) {
  return {
    /**
     * Resolves once every message is durable or refused for good, with what became of each; only then may the platform
     * be told 200. Rejects when Redis did not take one: the platform should send all again, which is harmless.
     */
    async accept(channel: Channel, { messages, ignored }: Received): Promise<Accepted[]> {
      for (const reason of ignored) events.ignored({ channel, reason })
      const outcomes: Accepted[] = []
      for (const message of messages) outcomes.push(await acceptOne(channel, message))
      return outcomes
    },
  }

  async function acceptOne(channel: Channel, message: InboundMessage): Promise<Accepted> {
    try {
      admit(message, access)
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      if (error.reason === 'not_addressed') events.ignored({ channel, reason: error.reason })
      else events.rejected({ channel, reason: error.reason })
      return 'refused'
    }
    return message.edits === undefined ? post(message) : amend({ ...message, edits: message.edits })
  }

  async function post(message: InboundMessage): Promise<Accepted> {
    const outcome = await inbox.post(message)
    if (outcome === 'posted') events.received(message)
    else events.duplicated(message)
    return outcome
  }

  async function amend(message: InboundMessage & { edits: string }): Promise<Accepted> {
    const outcome = await inbox.amend(message)
    events.amended(message, outcome)
    return outcome
  }
}
