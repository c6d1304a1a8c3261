import type { Memories } from '@waystation/conversations'
import type { Inbox } from '@waystation/mailbox'
import type { Models } from '@waystation/models'
import type { Events } from '@waystation/telemetry'
import type { Settings } from './settings.ts'

/** What a turn needs. */
export type Deps = {
  inbox: Inbox
  memory: Memories
  models: Models
  events: Events
  /** As they are now: they may change at any time. */
  settings(): Settings
  /** Whether replies are shown while they grow. */
  streaming: boolean
  /** How long after its beginning a turn whose attempts fail is tried again. */
  patienceMs: number
}
