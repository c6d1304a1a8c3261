import type { Limit } from '../box/box.ts'
import type { Notice } from '../notice.ts'

/** The way to one receiver. */
export type Relay = {
  limits: readonly Limit[]
  /** It drops a notice that it was given before, so that none is ever in doubt. */
  dropsRepeats?: true
  /**
   * Resolves once the other side has accepted it. Throws `Rejected` where asking again cannot help, `Unavailable` to be
   * asked later, `Unanswered` where it may have arrived; anything else is tried a few times more.
   */
  send(notice: Notice): Promise<void>
  close(): Promise<void>
}
