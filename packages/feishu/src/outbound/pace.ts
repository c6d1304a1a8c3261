/** Below CardKit's 10 changes a second of one card, and often enough for a text to seem to flow. */
const EVERY_MS = 250
/** An app has 1000 calls a minute for everything; progress takes less than two thirds of them. */
const CALLS_PER_SECOND = 10
/** A reply that was not shown for so long grows no more, or somewhere else. */
const FORGET_AFTER_MS = 5_000

/** How often each card may be changed: the more cards grow at once in this process, the slower each. */
export function createPace(now: () => number = Date.now) {
  const shownAt = new Map<string, number>()
  let pausedUntil = 0
  return {
    note(replyId: string): void {
      for (const [id, at] of shownAt) if (now() - at > FORGET_AFTER_MS) shownAt.delete(id)
      shownAt.set(replyId, now())
    },
    pause(ms: number): void {
      pausedUntil = Math.max(pausedUntil, now() + ms)
    },
    everyMs: () => Math.max(EVERY_MS, (shownAt.size * 1000) / CALLS_PER_SECOND),
    /** What Feishu asked one card to wait, all wait. */
    pausedMs: () => Math.max(0, pausedUntil - now()),
  }
}
