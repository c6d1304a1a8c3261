import type { ConversationId, Turn } from '@waystation/domain'
import { type Again, Superseded } from '@waystation/mailbox'
import { answer } from './answer.ts'
import { obey } from './commands.ts'
import type { Deps } from './deps.ts'
import { createEndings, type Ended, HandedOver } from './endings.ts'
import { createFolding } from './folding.ts'
import { inquire } from './inquiry.ts'
import { Stopped } from './watch.ts'

/** Workers that may die in one turn before the turn is taken for the cause. */
const MAX_CRASHES = 10

class CrashedTooOften extends Error {
  override name = 'CrashedTooOften'
}

export function createTurns(deps: Deps) {
  const { inbox, memory, models, events } = deps
  const endings = createEndings(deps)
  const stopping = new AbortController()
  let isQuiet = false
  const folding = createFolding({ ...deps, signal: stopping.signal })

  async function work(turn: Turn): Promise<Ended> {
    const takenAt = Date.now()
    events.taken(turn)
    try {
      return await attempt(turn, takenAt).catch(error => endings.fail(turn, takenAt, error))
    } catch (error) {
      if (!(error instanceof Superseded)) throw error
      events.turnSuperseded(turn, takenAt)
      return { waiting: 0 }
    }
  }

  async function attempt(turn: Turn, takenAt: number): Promise<Ended> {
    if (turn.crashes >= MAX_CRASHES) return endings.giveUp(turn, takenAt, new CrashedTooOften())
    const [first] = turn.messages
    // Perhaps while it was put off.
    if (turn.attempt > 1 && !first.command && (await inbox.check(turn)) === 'stopped') throw new Stopped()
    const settings = deps.settings()
    const known = await memory.recall(turn.conversation, settings.history)
    const asked = inquire(turn, known, settings)
    if (!asked) {
      const { command = 'help' } = first
      return endings.say(
        turn,
        takenAt,
        await obey(command, first, known, { memory, usageOf: models.usageOf, settings }),
      )
    }
    const answered = await answer(turn, asked.inquiry, takenAt, deps, stopping.signal)
    const ended = await endings.commit(turn, asked, takenAt, answered)
    folding.after(turn, known)
    return ended
  }

  return {
    /** Works off an inbox, turn by turn. Rejects when Redis fails it. */
    async look(conversation: ConversationId): Promise<Again> {
      let turn = await inbox.take(conversation)
      // Nothing waits: perhaps a worker died between its commit and the outbox's bell.
      if (!turn) await inbox.ringOutboxIfFilled(conversation)
      while (turn) {
        const ended = await work(turn)
        if ('afterMs' in ended) return ended
        if (ended.waiting === 0) return undefined
        if (isQuiet || stopping.signal.aborted) return { afterMs: 0 }
        turn = await inbox.take(conversation)
      }
      return undefined
    },

    /** Turns under way are finished; what waits behind them is left to others, for in a lively chat it would never end. */
    quiet() {
      isQuiet = true
    },

    /** Breaks off what runs and gives it back: the process is about to end. */
    handOver: () => stopping.abort(new HandedOver()),

    /** Breaks off what nobody waits for. To be called when no turn runs any more. */
    async close(): Promise<void> {
      stopping.abort(new HandedOver())
      await folding.close()
    },
  }
}
