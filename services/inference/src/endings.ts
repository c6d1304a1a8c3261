import { apology, cutOff, forget, languageOf, onlyLocal, overBudget, remember } from '@waystation/conversations'
import { errorCode, Rejected, type Turn, Unavailable } from '@waystation/domain'
import { describe, Superseded } from '@waystation/mailbox'
import { OnlyLocal } from '@waystation/models'
import type { Answer } from './answer.ts'
import type { Deps } from './deps.ts'
import type { Asked } from './inquiry.ts'
import { replyOf } from './progress.ts'
import { Stopped } from './watch.ts'

/** How a turn ended: committed, with so many messages waiting now; or to be looked at again. */
export type Ended = { waiting: number } | { afterMs: number }

/** The process ends, and another one takes the turn up. */
export class HandedOver extends Error {
  override name = 'HandedOver'
}

const MAX_FAILURES = 5
/** A model that says it is away is waited for longer than one that fails: it restarts, or loads. */
const UNAVAILABLE_PATIENCE_MS = 120_000
/** Nobody stands in for a model of the house, and the person may want to ask otherwise. */
const ONLY_LOCAL_PATIENCE_MS = 15_000
const BACKOFF_FIRST_MS = 500
const BACKOFF_MOST_MS = 8_000

export function createEndings({ inbox, events, settings, patienceMs }: Deps) {
  /** Stopped by the person, what was written until then stays as the answer. */
  async function commit(
    turn: Turn,
    { question, isAgain, readsPrivate }: Asked,
    takenAt: number,
    { completion: { route: taken, ...completion }, outcome, firstTokenAt }: Answer,
  ): Promise<Ended> {
    const { text, isCut } = completion
    const route = readsPrivate && taken.tier === 'local' ? { ...taken, isPrivate: true } : taken
    const shown = isCut ? `${text}\n\n${cutOff(languageOf(turn.messages[0]))}` : text
    const reply = replyOf(turn, 'final', { ...completion, route, text: shown })
    const exchange = { question, replyId: reply.id, answer: text, route }
    const waiting = await inbox.commit(turn, {
      reply,
      history: remember(exchange, settings().history, isAgain),
      firstTokenAt,
    })
    events.committed(turn, takenAt, outcome, reply)
    return { waiting }
  }

  /** What the assistant says of itself; it is no part of the conversation. */
  async function say(
    turn: Turn,
    takenAt: number,
    text: string,
    outcome: 'command' | 'refused' = 'command',
  ): Promise<Ended> {
    const reply = replyOf(turn, 'final', { text })
    const isReset = turn.messages[0].command === 'reset'
    const waiting = await inbox.commit(turn, { reply, ...(isReset ? { history: forget } : {}) })
    events.committed(turn, takenAt, outcome, reply)
    return { waiting }
  }

  /** Before it had a word there is no answer: /stop itself is answered next. */
  async function stop(turn: Turn, takenAt: number): Promise<Ended> {
    const waiting = await inbox.commit(turn, {})
    events.committed(turn, takenAt, 'stopped')
    return { waiting }
  }

  /** The person is told, the messages are kept, and the conversation goes on. */
  async function giveUp(turn: Turn, takenAt: number, error: unknown): Promise<Ended> {
    const [first] = turn.messages
    const language = languageOf(first)
    const text = error instanceof OnlyLocal ? onlyLocal(language) : apology(first.traceId, language)
    const reply = replyOf(turn, 'failed', { text })
    const waiting = await inbox.commit(turn, {
      reply,
      deadLetter: { kind: 'turn', at: Date.now(), error: describe(error, errorCode(error)), turn },
    })
    events.committed(turn, takenAt, 'failed', reply, error)
    events.turnDied(reply, error)
    return { waiting }
  }

  async function putOff(
    turn: Turn,
    takenAt: number,
    error: unknown,
    as: 'failures' | 'postponed',
    afterMs: number,
  ): Promise<Ended> {
    await inbox.giveBack(turn, as, { code: errorCode(error), afterMs })
    events.turnPutOff(turn, takenAt, error, as, afterMs)
    return { afterMs }
  }

  /** Decides what an attempt that threw comes to. Throws `Superseded`. */
  async function fail(turn: Turn, takenAt: number, error: unknown): Promise<Ended> {
    if (error instanceof Superseded) throw error
    if (error instanceof Stopped) return stop(turn, takenAt)
    // It failed before anybody looked.
    if ((await inbox.check(turn)) === 'stopped') return stop(turn, takenAt)
    if (error instanceof HandedOver) return putOff(turn, takenAt, error, 'postponed', 0)
    if (error instanceof Rejected) {
      if (error.reason !== 'over_budget') return giveUp(turn, takenAt, error)
      return say(turn, takenAt, overBudget(languageOf(turn.messages[0])), 'refused')
    }

    const afterMs = Math.min(BACKOFF_FIRST_MS * 2 ** (turn.attempt - 1), BACKOFF_MOST_MS)
    const elapsedMs = Date.now() - turn.startedAt
    if (error instanceof Unavailable) {
      const wait = error.retryAfterMs ?? afterMs
      const patience = error instanceof OnlyLocal ? ONLY_LOCAL_PATIENCE_MS : UNAVAILABLE_PATIENCE_MS
      if (elapsedMs + wait > patience) return giveUp(turn, takenAt, error)
      return putOff(turn, takenAt, error, 'postponed', wait)
    }
    if (turn.failures + 1 >= MAX_FAILURES || elapsedMs + afterMs > patienceMs) return giveUp(turn, takenAt, error)
    return putOff(turn, takenAt, error, 'failures', afterMs)
  }

  return { commit, say, giveUp, fail }
}
