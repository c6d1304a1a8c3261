import { Refused } from './refused.ts'

/** At most `calls` in any stretch of `perMs` milliseconds. */
export type Limit = { calls: number; perMs: number }

/** What is left out is not limited. */
export type FeishuLimits = {
  /** For each endpoint, of one app. */
  app?: readonly Limit[]
  /** Messages into one chat, of all bots together. */
  chat?: Limit
  /** Operations on one CardKit entity. */
  card?: Limit
  /** Patches of one message. */
  message?: Limit
}

/** The platform's own. */
export const platformLimits: FeishuLimits = {
  app: [
    { calls: 1000, perMs: 60_000 },
    { calls: 50, perMs: 1000 },
  ],
  chat: { calls: 5, perMs: 1000 },
  card: { calls: 10, perMs: 1000 },
  message: { calls: 5, perMs: 1000 },
}

/** A call that came although an earlier answer had asked to wait until `allowedAt` (ms since 1970). */
export type EarlyCall = { endpoint: string; app: string; chat?: string; at: number; allowedAt: number }

/** What the limits ask of a call. */
export type Limited = { endpoint: string; app: string; chat?: string; card?: string; message?: string }

/** A timer may fire a little before its time by the wall clock; that is no early call. */
const GRACE_MS = 20

/** What counts towards the limit of a chat. */
const writing = new Set(['send', 'reply'])

type Pause = { allowedAt: number; calls: number }

/** Answers like the platform: too many calls, and then any call before `x-ogw-ratelimit-reset` is over. */
export function createLimits(limits: FeishuLimits) {
  const pauses = new Map<string, Pause>()
  const earlyCalls: EarlyCall[] = []
  const perApp = createWindow(limits.app ?? [])
  const perCard = createWindow(limits.card ? [limits.card] : [])
  const perChat = createWindow(limits.chat ? [limits.chat] : [])
  const perMessage = createWindow(limits.message ? [limits.message] : [])

  /** Throws `Refused` 99991400, which names a time, or 230020, which names none. */
  function admit(call: Limited): void {
    const now = Date.now()
    const { app, endpoint, chat, card, message } = call
    respectPause(call, ownKey(call), now)
    if (card !== undefined) respectPause(call, card, now)

    const appExcess = perApp.count(ownKey(call), now)
    if (appExcess) throw pauseFor(ownKey(call), appExcess)
    const cardExcess = card === undefined ? undefined : perCard.count(card, now)
    if (cardExcess && card !== undefined) throw pauseFor(card, cardExcess)
    if (chat !== undefined && writing.has(endpoint) && perChat.count(chat, now)) throw tooFrequent()
    if (message !== undefined && endpoint === 'patch' && perMessage.count(`${app} ${message}`, now)) throw tooFrequent()
  }

  function respectPause({ endpoint, app, chat }: Limited, key: string, now: number): void {
    const pause = pauses.get(key)
    if (!pause || now + GRACE_MS >= pause.allowedAt) return
    const { allowedAt, calls } = pause
    earlyCalls.push({ endpoint, app, ...(chat === undefined ? {} : { chat }), at: now, allowedAt })
    throw tooMany(Math.ceil((allowedAt - now) / 1000), calls)
  }

  function pauseFor(key: string, { limit, waitMs }: Excess): Refused {
    const seconds = Math.ceil(waitMs / 1000)
    pauses.set(key, { allowedAt: Date.now() + seconds * 1000, calls: limit.calls })
    return tooMany(seconds, limit.calls)
  }

  /** Calls of this app to this endpoint are early until the time is over. */
  function pause(call: Limited, seconds: number): void {
    pauses.set(ownKey(call), { allowedAt: Date.now() + seconds * 1000, calls: 0 })
  }

  return { admit, pause, earlyCalls }
}

const ownKey = ({ app, endpoint }: Limited): string => `${app} ${endpoint}`

const tooMany = (seconds: number, limit: number): Refused =>
  new Refused(99991400, 'request trigger frequency limit', 429, {
    'x-ogw-ratelimit-limit': String(limit),
    'x-ogw-ratelimit-reset': String(seconds),
  })

const tooFrequent = (): Refused => new Refused(230020, 'This operation triggers the frequency limit.')

type Excess = { limit: Limit; waitMs: number }

/** Counts calls by key; a call that is too many does not count. */
function createWindow(limits: readonly Limit[]) {
  const recent = new Map<string, number[]>()
  const longestMs = Math.max(0, ...limits.map(({ perMs }) => perMs))

  function count(key: string, now: number): Excess | undefined {
    if (limits.length === 0) return undefined
    const times = (recent.get(key) ?? []).filter(at => at > now - longestMs)
    for (const limit of limits) {
      const oldest = times.filter(at => at > now - limit.perMs).at(-limit.calls)
      if (oldest !== undefined) return { limit, waitMs: oldest + limit.perMs - now }
    }
    recent.set(key, [...times, now])
    return undefined
  }

  return { count }
}
