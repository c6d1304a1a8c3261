import { apology, commandReply, forget, languageOf, nothingToRetry, remember } from '@waystation/conversations'
import { type Command, type Completion, errorCode, Rejected, type Turn, Unavailable } from '@waystation/domain'
import { describe, Superseded } from '@waystation/mailbox'
import type { Deps } from './deps.ts'
import { replyOf } from './progress.ts'
import type { Question } from './question.ts'
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
const BACKOFF_FIRST_MS = 500
const BACKOFF_MOST_MS = 8_000

export function createEndings({ inbox, events, history, patienceMs }: Deps) {
  /** Stopped by the person, what was written until then stays as the answer. */
  async function commit(
    turn: Turn,
    { text: question, again }: Question,
    takenAt: number,
    completion: Completion,
    outcome: 'answered' | 'stopped',
  ): Promise<Ended> {
    const reply = replyOf(turn, 'final', completion)
    const exchange = { question, replyId: reply.id, answer: completion.text }
    const waiting = await inbox.commit(turn, { reply, history: remember(exchange, history, again) })
    events.committed(turn, takenAt, outcome, reply)
    return { waiting }
  }

  async function obey(command: Command, turn: Turn, takenAt: number): Promise<Ended> {
    const language = languageOf(turn.messages[0])
    const text = command === 'retry' ? nothingToRetry(language) : commandReply(command, language)
    const reply = replyOf(turn, 'final', { text })
    const waiting = await inbox.commit(turn, { reply, ...(command === 'reset' ? { history: forget } : {}) })
    events.committed(turn, takenAt, 'command', reply)
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
    const [{ traceId }] = turn.messages
    const reply = replyOf(turn, 'failed', { text: apology(traceId, languageOf(turn.messages[0])) })
    const waiting = await inbox.commit(turn, {
      reply,
      deadLetter: { kind: 'turn', at: Date.now(), error: describe(error, errorCode(error)), turn },
    })
    events.committed(turn, takenAt, 'failed', reply)
    events.died('turn', reply, error)
    return { waiting }
  }

  async function putOff(turn: Turn, error: unknown, as: 'failures' | 'postponed', afterMs: number): Promise<Ended> {
    await inbox.giveBack(turn, as)
    events.turnPutOff(turn, error, as, afterMs)
    return { afterMs }
  }

  /** Decides what an attempt that threw comes to. Throws `Superseded`. */
  async function fail(turn: Turn, takenAt: number, error: unknown): Promise<Ended> {
    if (error instanceof Superseded) throw error
    if (error instanceof Stopped) return stop(turn, takenAt)
    // It failed before anybody looked.
    if ((await inbox.check(turn)) === 'stopped') return stop(turn, takenAt)
    if (error instanceof HandedOver) return putOff(turn, error, 'postponed', 0)
    if (error instanceof Rejected) return giveUp(turn, takenAt, error)

    const afterMs = Math.min(BACKOFF_FIRST_MS * 2 ** (turn.attempt - 1), BACKOFF_MOST_MS)
    const elapsedMs = Date.now() - turn.startedAt
    if (error instanceof Unavailable) {
      const wait = error.retryAfterMs ?? afterMs
      if (elapsedMs + wait > UNAVAILABLE_PATIENCE_MS) return giveUp(turn, takenAt, error)
      return putOff(turn, error, 'postponed', wait)
    }
    if (turn.failures + 1 >= MAX_FAILURES || elapsedMs + afterMs > patienceMs) return giveUp(turn, takenAt, error)
    return putOff(turn, error, 'failures', afterMs)
  }

  return { commit, obey, giveUp, fail }
}
