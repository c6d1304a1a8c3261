import type { Route } from '@waystation/domain'

/** Who should answer, and how; see `Route` for what `reason` may be. */
export type Decision = {
  tier: Route['tier']
  /** Only the local tier may see it. */
  isPrivate: boolean
  reason: string
  mayCache: boolean
  maxTokens?: number
  temperature?: number
}
