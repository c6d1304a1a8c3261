import type { Channel } from '@waystation/domain'
import { type Redis, script } from '@waystation/redis'

/** Whoever knocks, Redis hears of it no more often: anybody may. */
const NOTE_EVERY_MS = 5_000
const KEPT_SECONDS = 24 * 60 * 60

const keyOf = (channel: Channel) => `waystation:{${channel}}:knocks`

const ACCEPTED = 'accepted'
/** `accepted`, or the reason for which a request was not believed. */
type Outcome = string

/** When requests were last accepted and last refused, for who looks for a secret that is wrong. */
export function createKnocks(redis: Redis) {
  const noteScript = script(redis, new URL('./knock.lua', import.meta.url))
  const noted = new Map<string, number>()
  const nameOf = (channel: Channel, outcome: Outcome) => `${channel} ${outcome}`
  return {
    /** Nobody waits for it, and without Redis nothing is noted. `outcome` is one of few. */
    note(channel: Channel, outcome: Outcome): void {
      const [what, now] = [nameOf(channel, outcome), Date.now()]
      if (now - (noted.get(what) ?? 0) < NOTE_EVERY_MS) return
      noted.set(what, now)
      // What is accepted after a refusal is of interest.
      if (outcome !== ACCEPTED) noted.delete(nameOf(channel, ACCEPTED))
      noteScript([keyOf(channel)], [outcome, KEPT_SECONDS]).catch(() => {})
    },
  }
}

/** How long ago each outcome was last noted, in ms; what is older than a day may be missing. */
export async function readKnocks(redis: Redis, channel: Channel): Promise<ReadonlyMap<Outcome, number>> {
  const [noted, [now]] = await Promise.all([redis.hgetall(keyOf(channel)), redis.time()])
  return new Map(Object.entries(noted).map(([outcome, at]) => [outcome, 1000 * Math.max(0, Number(now) - Number(at))]))
}
