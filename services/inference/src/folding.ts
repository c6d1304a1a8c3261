import { foldIfNeeded, type Memories, type Memory } from '@waystation/conversations'
import { newTraceId, type Turn } from '@waystation/domain'
import type { Models } from '@waystation/models'
import type { Events } from '@waystation/telemetry'
import type { Settings } from './settings.ts'

/** People come first, for the processor as for the model. Who finds no place has one after a later turn. */
const MOST_AT_ONCE = 4

type Deps = {
  memory: Memories
  models: Models
  events: Pick<Events, 'folded'>
  settings(): Settings
  signal: AbortSignal
}

/**
 * Sums up what was said long ago, while nobody waits for it. What is broken off or fails is done after a later turn. Only
 * a model of the house reads it: what was private then may be part of it now.
 */
export function createFolding({ memory, models, events, settings, signal }: Deps) {
  const underWay = new Set<Promise<void>>()

  async function fold({ conversation, messages }: Turn, known: Memory, room: number): Promise<void> {
    const [{ sender }] = messages
    async function summarize(content: string, limit: AbortSignal): Promise<string> {
      const inquiry = {
        conversation,
        sender,
        senders: [],
        traceId: newTraceId(),
        texts: [],
        hasAttachments: false,
        isPrivate: true,
        isFresh: false,
        isAgain: false,
        persona: { name: 'summary', prompt: '' },
        promptFor: () => [{ role: 'user' as const, content }],
      }
      let summary = ''
      for await (const { text } of models.model.complete(inquiry, limit)) summary = text
      return summary
    }
    const { history } = settings()
    const outcome = await foldIfNeeded(conversation, known, { memory, summarize, room, history }, signal).catch(
      () => 'failed' as const,
    )
    if (outcome !== 'not_needed') events.folded(conversation, outcome)
  }

  return {
    /** `known`: what was known of the conversation before the turn. */
    after(turn: Turn, known: Memory): void {
      const room = models.roomAtHome()
      if (room === undefined || underWay.size >= MOST_AT_ONCE) return
      const folded = fold(turn, known, room)
      underWay.add(folded)
      void folded.finally(() => underWay.delete(folded))
    },
    close: () => Promise.all(underWay),
  }
}
