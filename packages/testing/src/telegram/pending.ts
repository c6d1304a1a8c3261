import { nested, type Params } from './params.ts'
import { badRequest } from './refused.ts'
import type { Update } from './wire.ts'

/** Only delivered when asked for by name. */
const notByDefault = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])

export type Pending = ReturnType<typeof createPending>

/** The updates that wait for the bot, in the order of their ids. */
export function createPending() {
  const updates = new Map<number, Update>()
  let lastId = 100_000_000
  let allowed: string[] = []

  /** Gives an update its id. Whether it is `kept`, the kinds the bot asked for decide. */
  function add(fields: Omit<Update, 'update_id'>): { update: Update; kept: boolean } {
    const update: Update = { update_id: ++lastId, ...fields }
    const kept = Object.keys(fields).every(isAllowed)
    if (kept) updates.set(update.update_id, update)
    return { update, kept }
  }

  const isAllowed = (kind: string): boolean => (allowed.length > 0 ? allowed.includes(kind) : !notByDefault.has(kind))

  /** The kinds a call asks for; kept until they are named again, and an empty list means the default. */
  function allow(params: Params): void {
    const kinds = nested(params, 'allowed_updates')
    if (kinds === undefined || kinds === null) return
    if (!Array.isArray(kinds)) throw badRequest("can't parse allowed updates: Expected an Array of strings")
    allowed = kinds.filter(kind => typeof kind === 'string')
  }

  /** Forgets everything below `offset`; a negative one counts from the end. */
  function confirm(offset: number): void {
    const ids = [...updates.keys()]
    const confirmed = offset < 0 ? ids.slice(0, offset) : ids.filter(id => id < offset)
    for (const id of confirmed) updates.delete(id)
  }

  const first = (limit: number): Update[] => updates.values().take(limit).toArray()

  return { updates, add, allow, allowed: () => allowed, confirm, first }
}
