import { tooManyRequests } from './refused.ts'

/** At most `calls` in any stretch of `perMs` milliseconds. */
export type Limit = { calls: number; perMs: number }

/** For every chat; `group` for groups in addition. What is left out is not limited. */
export type FloodLimits = { chat?: Limit; group?: Limit }

/** A call that came although an earlier answer had asked to wait until `allowedAt` (ms since 1970). */
export type EarlyCall = { method: string; chat: number; at: number; allowedAt: number }

/** A timer may fire a little before its time by the wall clock; that is no early call. */
const GRACE_MS = 20

/** What counts towards the limits, and is refused during a pause. */
const countedMethods = new Set(['sendmessage', 'editmessagetext', 'sendmessagedraft', 'sendchataction'])

/** Answers 429 like the platform: too many calls, and then any call before `retry_after` is over. */
export function createFlood(limits: FloodLimits) {
  const pausedUntil = new Map<number, number>()
  const recent = new Map<number, number[]>()
  const earlyCalls: EarlyCall[] = []

  /** Throws `Refused` 429 with `retry_after`. */
  function admit(method: string, chat: number): void {
    if (!countedMethods.has(method.toLowerCase())) return
    const now = Date.now()
    const allowedAt = pausedUntil.get(chat) ?? 0
    if (now + GRACE_MS < allowedAt) {
      earlyCalls.push({ method, chat, at: now, allowedAt })
      throw tooManyRequests(Math.ceil((allowedAt - now) / 1000))
    }
    const waitMs = Math.max(waitFor(limits.chat, chat, now), chat < 0 ? waitFor(limits.group, chat, now) : 0)
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000)
      pause(chat, seconds)
      throw tooManyRequests(seconds)
    }
    if (limits.chat || limits.group) recent.set(chat, [...since(chat, now - longestMs), now])
  }

  /** Calls to the chat are early until the time is over. */
  function pause(chat: number, seconds: number): void {
    pausedUntil.set(chat, Date.now() + seconds * 1000)
  }

  const longestMs = Math.max(limits.chat?.perMs ?? 0, limits.group?.perMs ?? 0)
  const since = (chat: number, time: number) => (recent.get(chat) ?? []).filter(at => at > time)

  function waitFor(limit: Limit | undefined, chat: number, now: number): number {
    if (!limit) return 0
    const calls = since(chat, now - limit.perMs)
    const oldest = calls.at(-limit.calls)
    return oldest === undefined ? 0 : oldest + limit.perMs - now
  }

  return { admit, pause, earlyCalls }
}
