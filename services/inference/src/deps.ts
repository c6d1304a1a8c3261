import type { HistorySettings } from '@waystation/conversations'
import type { Model } from '@waystation/domain'
import type { Inbox } from '@waystation/mailbox'
import type { Events } from '@waystation/telemetry'

/** What a turn needs. */
export type Deps = {
  inbox: Inbox
  model: Model
  events: Events
  persona: string
  history: HistorySettings
  /** Whether replies are shown while they grow. */
  streaming: boolean
  /** How long after its beginning a turn whose attempts fail is tried again. */
  patienceMs: number
}
