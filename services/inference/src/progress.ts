import type { Completion, Reply, Turn } from '@waystation/domain'
import type { Inbox, TurnState } from '@waystation/mailbox'

/** A few times a second: the sender looks no more often than that. */
const SAVE_EVERY_MS = 150
/** An answer that takes longer to begin is announced: the sender shows that somebody is typing. */
const ANNOUNCE_AFTER_MS = 1_000

/** The reply of a turn as it stands. */
export function replyOf(turn: Turn, state: Reply['state'], { text, route, usage }: Partial<Completion>): Reply {
  const [first] = turn.messages
  return {
    id: turn.replyId,
    conversation: turn.conversation,
    inReplyTo: turn.messages.at(-1)?.id ?? first.id,
    state,
    text: text ?? '',
    ...(route ? { route } : {}),
    ...(usage ? { usage } : {}),
    traceId: first.traceId,
    receivedAt: first.receivedAt,
    ...(state === 'open' ? {} : { committedAt: Date.now() }),
  }
}

/**
 * Keeps the text so far in the outbox, where the sender sees it: the first at once, then the newest of each interval.
 * Saves may fail or come late without harm: the commit writes the whole, and a late save meets the fence.
 */
export function openReply(
  turn: Turn,
  { inbox, streaming, onState }: { inbox: Inbox; streaming: boolean; onState(state: TurnState): void },
) {
  let newest: Completion | undefined
  let savedAt = 0
  let next: NodeJS.Timeout | undefined = setTimeout(save, ANNOUNCE_AFTER_MS)

  function save(): void {
    clearTimeout(next)
    next = undefined
    savedAt = Date.now()
    inbox.update(turn, replyOf(turn, 'open', newest ?? {})).then(onState, () => {})
  }

  return {
    show(completion: Completion): void {
      if (!streaming) return
      const first = newest === undefined
      newest = completion
      if (first) save()
      else next ??= setTimeout(save, Math.max(0, savedAt + SAVE_EVERY_MS - Date.now()))
    },
    [Symbol.dispose]: () => clearTimeout(next),
  }
}
