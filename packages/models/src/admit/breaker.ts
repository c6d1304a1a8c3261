import { type Redis, script } from '@waystation/redis'

/** A request or two may fail by chance; five in half a minute, and none that succeeded, do not. */
const FAILURES_THAT_OPEN = 5
const FAILURES_WITHIN_MS = 30_000
const OPEN_FIRST_MS = 10_000
const OPEN_MOST_MS = 2 * 60_000
/** A bad key or a spent quota: somebody must do something about it, and this is how soon that shows. */
const OPEN_FOR_GOOD_MS = 5 * 60_000
/** A server that names a later time is asked again before: it may be wrong, and a probe is cheap. */
const RETRY_AFTER_MOST_MS = 60 * 60_000
/** A probe that ends without a word (its worker died, its person left) holds up the next for so long. */
const PROBE_MS = 10_000
const REFRESH_MS = 1_000
/** Longer than any breaker stays open: only endpoints that nobody asks any more are forgotten by it. */
const REMEMBERED_MS = 24 * 60 * 60_000

const BREAKERS = 'waystation:{models}:breakers'
const probeOf = (endpoint: string): string => `waystation:{models}:probe:${endpoint}`

export type BreakerState = 'closed' | 'open' | 'half-open'

/** `forGood`: it will fail the same way until somebody mends it. `retryAfterMs`: the endpoint's own word for when to ask. */
export type Failure = { retryAfterMs?: number; forGood?: boolean }

export type Breakers = ReturnType<typeof createBreakers>

/**
 * A circuit breaker per endpoint, by the endpoint's name, shared by all workers: one that opens or closes does so on
 * every worker within about a second. After its time an open one is half-open: one question over all workers is the
 * probe. A breaker is advice: while Redis is away the last known state holds, and no call ever rejects.
 */
export function createBreakers(redis: Redis, { now = Date.now } = {}) {
  const lua = (name: string) => script(redis, new URL(`./${name}.lua`, import.meta.url))
  const [failScript, succeedScript, probeScript] = [lua('fail'), lua('succeed'), lua('probe')]
  /** When each endpoint that is not known clean is open until; 0: it failed, and is closed. */
  let openUntil = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined

  function stateOf(endpoint: string): BreakerState {
    const until = openUntil.get(endpoint) ?? 0
    if (until === 0) return 'closed'
    return until > now() ? 'open' : 'half-open'
  }

  async function refresh(): Promise<void> {
    const noted = await redis.hgetall(BREAKERS).catch(() => undefined)
    if (noted) openUntil = new Map(Object.entries(noted).map(([endpoint, line]) => [endpoint, openUntilOf(line)]))
  }

  return {
    /** Looks at what is known first, then every second. */
    async start(): Promise<void> {
      await refresh()
      timer = setInterval(refresh, REFRESH_MS)
    },

    close(): void {
      clearInterval(timer)
    },

    /** Whether an endpoint may be asked. Only of a half-open one Redis is asked; whoever gets the `probe` reports its end. */
    async admit(endpoint: string): Promise<'closed' | 'probe' | 'open'> {
      const state = stateOf(endpoint)
      if (state !== 'half-open') return state
      const keys = [BREAKERS, probeOf(endpoint)]
      const answer = await probeScript(keys, [endpoint, now(), PROBE_MS]).catch(() => 'open')
      // probe.lua's answers are these.
      return answer as 'closed' | 'probe' | 'open'
    },

    /** How long nobody will be let to it yet, ms. */
    openForMs: (endpoint: string): number => Math.max(0, (openUntil.get(endpoint) ?? 0) - now()),

    /** The endpoint answered. Resolves with whether this closed its breaker. */
    async succeeded(endpoint: string): Promise<boolean> {
      if (!openUntil.has(endpoint)) return false
      const outcome = await succeedScript([BREAKERS, probeOf(endpoint)], [endpoint, now()]).catch(() => 'open')
      if (outcome !== 'open') openUntil.delete(endpoint)
      return outcome === 'closed'
    },

    /** The endpoint failed, by its own fault. Resolves with whether this opened its breaker. */
    async failed(endpoint: string, failure: Failure = {}): Promise<boolean> {
      const limits = [FAILURES_THAT_OPEN, FAILURES_WITHIN_MS, OPEN_FIRST_MS, OPEN_MOST_MS, REMEMBERED_MS]
      const keys = [BREAKERS, probeOf(endpoint)]
      const answer = await failScript(keys, [endpoint, now(), openAtOnceMs(failure), ...limits]).catch(() => null)
      if (answer === null) return false
      // fail.lua's answer has the shape it documents.
      const [opened, line] = answer as [number, string]
      openUntil.set(endpoint, openUntilOf(line))
      return opened === 1
    },

    /** Of every endpoint that is not known clean. */
    states: (): ReadonlyMap<string, BreakerState> =>
      new Map(openUntil.keys().map(endpoint => [endpoint, stateOf(endpoint)])),
  }
}

function openAtOnceMs({ retryAfterMs = 0, forGood = false }: Failure): number {
  return Math.max(Math.min(Math.ceil(retryAfterMs), RETRY_AFTER_MOST_MS), forGood ? OPEN_FOR_GOOD_MS : 0)
}

/** From a line as fail.lua writes it. */
const openUntilOf = (line: string): number => Number(line.split(' ')[2])
