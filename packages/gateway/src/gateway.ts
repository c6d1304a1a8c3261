import { type Channel, type InboundMessage, type Received, Rejected, type Vote } from '@waystation/domain'
import { createBells, createInbox } from '@waystation/mailbox'
import type { Redis } from '@waystation/redis'
import type { Events } from '@waystation/telemetry'
import type { CurrentAccess } from './access.ts'
import { admit, isAllowed } from './admit.ts'
import { createKnocks } from './knocks.ts'
import { createVotes } from './votes.ts'

/** What the sender of a request is told, apart from that it was taken. */
type Acceptance = {
  /** A message of it was not admitted. */
  refused: boolean
  answer: object
}

export type Gateway = ReturnType<typeof createGateway>

/** The road from a parsed request to the inbox: admit → post. `redis`: a connection that fails at once while Redis is away. */
export function createGateway({ redis, events, access }: { redis: Redis; events: Events; access: CurrentAccess }) {
  const bells = [createBells('inbox', redis), createBells('outbox', redis)] as const
  const inbox = createInbox(redis, ...bells)
  const votes = createVotes(redis)
  const knocks = createKnocks(redis)

  return {
    /**
     * Resolves once everything is durable or refused for good; only then may the platform be told 200. Rejects when
     * Redis did not take something: the platform should send all again, which is harmless.
     */
    async accept(channel: Channel, received: Received): Promise<Acceptance> {
      for (const reason of received.ignored) events.ignored({ channel, reason })
      let refused = false
      for (const message of received.messages)
        refused = (await acceptMessage(channel, message)) === 'refused' || refused
      for (const recall of received.recalls ?? []) events.recalled(recall, await inbox.recall(recall))
      for (const vote of received.votes ?? []) refused = (await acceptVote(channel, vote)) === 'refused' || refused
      await received.done?.()
      knocks.note(channel, 'accepted')
      return { refused, answer: received.answer?.(refused) ?? {} }
    },

    /** Who asked was not believed. */
    unbelieved: (channel: Channel, reason: string) => knocks.note(channel, reason),

    close: () => Promise.all(bells.map(bell => bell.close())),
  }

  async function acceptMessage(channel: Channel, message: InboundMessage): Promise<'refused' | 'taken'> {
    try {
      admit(message, access.current())
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      if (error.reason === 'not_addressed') events.ignored({ channel, reason: error.reason })
      else refuse(channel, error.reason)
      return 'refused'
    }
    const { edits } = message
    const outcome = await (edits === undefined ? inbox.post(message) : inbox.amend({ ...message, edits }))
    if (outcome === 'blocked') return refuse(channel, 'blocked')
    if (outcome === 'posted') events.received(message)
    else if (outcome === 'duplicate') events.duplicated(message)
    else events.amended(message, outcome)
    return 'taken'
  }

  function refuse(channel: Channel, reason: string): 'refused' {
    events.rejected({ channel, reason })
    return 'refused'
  }

  async function acceptVote(channel: Channel, vote: Vote): Promise<'refused' | 'taken'> {
    if (!isAllowed(vote.voter, vote.conversation, access.current())) return refuse(channel, 'not_allowed')
    const outcome = await votes.cast(vote)
    if (outcome === 'blocked') return refuse(channel, 'blocked')
    if (outcome === 'news') events.voted(vote)
    return 'taken'
  }
}
