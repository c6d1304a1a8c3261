import { type Completion, type Inquiry, type Model, Rejected, type Route, Unavailable } from '@waystation/domain'
import type { Events } from '@waystation/telemetry'
import { BudgetSpent, type createAdmission } from './admit/pass.ts'
import type { Cache } from './cache.ts'
import type { Endpoint, Parameters, Piece } from './call/endpoint.ts'
import type { Decision } from './route/decision.ts'

/** Only the local tier may answer, and it cannot. */
export class OnlyLocal extends Unavailable {
  override name = 'OnlyLocal'
}

export type Pipe = {
  route(inquiry: Inquiry, signal: AbortSignal): Promise<Decision>
  endpoints: readonly Endpoint[]
  /** Lets a question to an endpoint, or throws: no place, out of order, over budget. */
  admit: ReturnType<typeof createAdmission>
  cache: Cache
  /** 0: nothing is kept. */
  cacheMinutes: number
  /** Where neither rule nor persona says otherwise. */
  parameters: Parameters
  events: Pick<Events, 'cacheAsked' | 'modelAnswered' | 'modelFailed' | 'routed'>
}

/** route → cache → admit → call → account: one question, asked of one endpoint after the other until one has answered. */
export function createPipe({ route, endpoints, admit, cache, cacheMinutes, parameters: usual, events }: Pipe): Model {
  return {
    async *complete(inquiry, signal) {
      const decision = await route(inquiry, signal)
      events.routed(inquiry, decision)
      const failures: unknown[] = []
      for (const endpoint of inTurn(endpoints, decision)) {
        const beganAt = Date.now()
        try {
          // What a first one had begun, the next one begins anew: completions are whole texts.
          return yield* ask(endpoint, decision, inquiry, failures, signal)
        } catch (error) {
          signal.throwIfAborted()
          events.modelFailed(inquiry, endpoint, beganAt, error)
          if (error instanceof BudgetSpent && error.policy === 'refuse') throw error
          failures.push(error)
        }
      }
      throw whyNobody(failures, decision)
    },
  }

  async function* ask(
    endpoint: Endpoint,
    decision: Decision,
    inquiry: Inquiry,
    failures: readonly unknown[],
    signal: AbortSignal,
  ): AsyncGenerator<Completion> {
    const { tier, model } = endpoint
    const { persona } = inquiry
    const free = endpoint.contextTokens - endpoint.thinkingTokens
    const parameters = {
      // Of what a model reads and writes together, at least half is for reading.
      maxTokens: Math.min(decision.maxTokens ?? persona.maxTokens ?? usual.maxTokens, Math.floor(free / 2)),
      temperature: decision.temperature ?? persona.temperature ?? usual.temperature,
    }
    const room = { tokens: free - parameters.maxTokens, withPrivate: tier === 'local' }
    const prompt = inquiry.promptFor(room)
    const reason = [decision.reason, ...asides(endpoint, decision, failures)].join(', ')
    const chosen: Route = { tier, model, reason, ...(decision.isPrivate ? { isPrivate: true } : {}) }

    const key = mayBeCached(inquiry, decision) ? cache.keyOf(endpoint, parameters, prompt) : undefined
    const known = key === undefined ? undefined : await cache.find(key)
    if (key !== undefined) events.cacheAsked(known !== undefined)
    if (known !== undefined) return yield { text: known, route: { ...chosen, reason: `${reason}, cached` } }

    const askedAt = Date.now()
    await using pass = await admit(endpoint, inquiry, parameters, prompt, signal)
    let last: Piece | undefined
    try {
      for await (const piece of endpoint.complete(prompt, parameters, signal)) {
        last = piece
        pass.received(piece)
        yield { ...piece, route: chosen }
      }
    } catch (error) {
      if (!signal.aborted) pass.failed(error)
      throw error
    }
    pass.answered()
    events.modelAnswered(inquiry, endpoint, askedAt, last?.usage)
    if (key !== undefined && last && !last.isCut) await cache.keep(key, last.text, cacheMinutes)
  }

  function mayBeCached(
    { isFresh, isAgain, hasAttachments, texts }: Inquiry,
    { mayCache, isPrivate }: Decision,
  ): boolean {
    const isPlain = isFresh && !isAgain && !hasAttachments && texts.length === 1
    return cacheMinutes > 0 && mayCache && !isPrivate && isPlain
  }
}

/** Those of the tier that was decided for, then the others; what is private stays. Each tier by weight, at random. */
function inTurn(endpoints: readonly Endpoint[], { tier, isPrivate }: Decision): Endpoint[] {
  const of = (wanted: boolean) => shuffle(endpoints.filter(endpoint => (endpoint.tier === tier) === wanted))
  return isPrivate ? of(true).filter(endpoint => endpoint.tier === 'local') : [...of(true), ...of(false)]
}

/** Exponential order statistics: the first is one of weight w with a chance of w among all weights. */
function shuffle(endpoints: readonly Endpoint[]): Endpoint[] {
  const keyed = endpoints.map(endpoint => ({ endpoint, key: -Math.log(1 - Math.random()) / endpoint.weight }))
  return keyed.sort((one, other) => one.key - other.key).map(({ endpoint }) => endpoint)
}

/** Why it is another tier than the one that was decided for. */
function asides({ tier }: Endpoint, decision: Decision, failures: readonly unknown[]): string[] {
  if (tier === decision.tier) return []
  if (failures.some(error => error instanceof BudgetSpent)) return ['over budget']
  return [failures.length === 0 ? `no ${decision.tier} model` : 'fallback']
}

/** What the person waits for, if waiting helps; else why it does not. */
function whyNobody(failures: readonly unknown[], { isPrivate }: Decision): unknown {
  const soonest = failures
    .flatMap(error => (error instanceof Unavailable && error.retryAfterMs !== undefined ? [error.retryAfterMs] : []))
    .toSorted((one, other) => one - other)[0]
  if (isPrivate) return new OnlyLocal('no local model answers', soonest, { cause: failures[0] })
  const [passing = failures.at(-1)] = failures.filter(error => !(error instanceof Rejected))
  if (passing === undefined) return new Unavailable('there is no model')
  return passing instanceof Unavailable ? new Unavailable(passing.message, soonest, { cause: passing }) : passing
}
