import type { ConversationId } from '@waystation/domain'

/** A conversation's keys share one hash tag, so its scripts run on one node of a Redis Cluster. */
export const keyOf = (conversation: string, name: string) => `waystation:{${conversation}}:${name}`

export const keysOf = (conversation: ConversationId) => {
  const own = (name: string) => keyOf(conversation, name)
  return {
    /** list: messages that wait, oldest first, those of the current turn in front */
    inbox: own('inbox'),
    /** sorted set: ids of messages posted in the last day, by time */
    seen: own('seen'),
    /** hash: the current turn, see take.lua */
    turn: own('turn'),
    /** list: ids of replies, oldest first */
    outbox: own('outbox'),
    /** hash: one reply and what is delivered of it; also built in Lua from this prefix */
    reply: (id: string) => own(`reply:${id}`),
    /** string: a reply that answers nobody was put into the outbox, some time within the last day */
    told: (id: string) => own(`told:${id}`),
    /** list: what was said, oldest first; written by commit, read by packages/conversations */
    history: own('history'),
    /** stream: what happened, see journal.lua */
    journal: own('journal'),
    /** list: dead letters, oldest first */
    dead: own('dead'),
    /** string: when an operator blocked the conversation, ms since 1970; it does not expire */
    blocked: own('blocked'),
  }
}

/** Sorted sets of conversations whose box may hold something, by when it was last filled. */
export const indexKeys = {
  inbox: 'waystation:{inbox}:filled',
  outbox: 'waystation:{outbox}:filled',
  dead: 'waystation:{dead}:filled',
} as const

/** string: what waited in all boxes of a kind when somebody last looked */
export const censusKey = (kind: keyof typeof indexKeys) => `waystation:{${kind}}:census`
