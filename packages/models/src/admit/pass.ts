import { type Inquiry, type PromptMessage, Rejected, Unavailable } from '@waystation/domain'
import type { Events } from '@waystation/telemetry'
import type { Accounts } from '../account/accounts.ts'
import { costOf, estimateOf, roughTokens } from '../account/prices.ts'
import type { Endpoint, Parameters, Piece } from '../call/endpoint.ts'
import { isForGood, isItsFault } from '../call/failures.ts'
import type { Breakers } from './breaker.ts'
import type { Slots } from './slots.ts'

/** How long a question waits for a place before another endpoint is asked. */
const WAIT_FOR_SLOT_MS = 2_000
/** Somebody else tries the endpoint: so soon it may be in order again. */
const PROBE_PAUSE_MS = 1_000

/** A budget is spent. `refuse`: nobody may answer instead, however cheap. */
export class BudgetSpent extends Rejected {
  override name = 'BudgetSpent'
  readonly policy: 'local' | 'refuse'
  constructor(policy: 'local' | 'refuse') {
    super('over_budget')
    this.policy = policy
  }
}

/** The endpoint failed too often, and is left alone for a while. */
class OutOfOrder extends Unavailable {
  override name = 'OutOfOrder'
}

/** A question's leave to be asked at one endpoint. Disposed of, it gives its place to another, and is charged. */
export type Pass = AsyncDisposable & {
  /** What there is of the answer: it is paid for, however it ends. */
  received(piece: Piece): void
  answered(): void
  failed(error: unknown): void
}

export type Deps = {
  breakers: Breakers
  slots: Slots
  accounts: Accounts
  events: Pick<Events, 'breakerClosed' | 'breakerOpened' | 'charged'>
}

/**
 * Lets a question to an endpoint that is in order, has a place free, and is within the budgets. Throws `Unavailable`, or
 * `BudgetSpent`.
 */
export function createAdmission({ breakers, slots, accounts, events }: Deps) {
  async function isThere({ id, isReady }: Endpoint): Promise<boolean> {
    const ready = await isReady()
    if (!ready) await breakers.failed(id)
    return ready
  }

  return async (
    endpoint: Endpoint,
    inquiry: Inquiry,
    { maxTokens }: Parameters,
    prompt: readonly PromptMessage[],
    signal: AbortSignal,
  ): Promise<Pass> => {
    const { name, id, tier, model, concurrency, price, thinkingTokens } = endpoint
    await using held = new AsyncDisposableStack()
    const state = await breakers.admit(id)
    // Nobody's question is spent on a server that is not even there.
    if (state === 'open' || (state === 'probe' && !(await isThere(endpoint))))
      throw new OutOfOrder(`${name} is out of order`, Math.max(breakers.openForMs(id), PROBE_PAUSE_MS))
    if (concurrency !== undefined) {
      const slot = await slots.acquire(name, concurrency, { signal, waitMs: WAIT_FOR_SLOT_MS })
      held.defer(() => slot.release())
    }

    const promptTokens = roughTokens(prompt.map(({ content }) => content).join())
    const estimate = estimateOf(promptTokens, maxTokens + thinkingTokens, price)
    const granted = price && (await accounts.reserve(inquiry, estimate))
    const isOver = granted !== undefined && 'over' in granted
    // Where the budget says that the local tier answers, it does, and is charged all the same.
    if (isOver && !(granted.over === 'local' && tier === 'local')) throw new BudgetSpent(granted.over)
    const reservation = isOver ? undefined : granted
    let received: Piece | undefined
    held.defer(async () => {
      if (!received) return reservation && accounts.release(reservation)
      const usage = received.usage ?? { promptTokens, completionTokens: roughTokens(received.text) }
      const cost = costOf(usage, price)
      events.charged(endpoint, cost)
      const settled = accounts.settle(reservation, inquiry, { tier, model, usage, cost })
      // Who is answered waits for the books only where a budget hangs on them.
      if (reservation) await settled
      else settled.catch(() => {})
    })

    const rest = held.move()
    return {
      received(piece) {
        received = piece
      },
      answered() {
        void breakers.succeeded(id).then(closed => closed && events.breakerClosed(endpoint))
      },
      failed(error) {
        if (!isItsFault(error)) return
        const forGood = isForGood(error)
        const { retryAfterMs } = error instanceof Unavailable ? error : {}
        const failure = { forGood, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
        void breakers.failed(id, failure).then(opened => opened && events.breakerOpened(endpoint, error, forGood))
      },
      // Who was answered need not hear that the books could not be kept; reservations end by themselves.
      [Symbol.asyncDispose]: () => rest.disposeAsync().catch(() => {}),
    }
  }
}
