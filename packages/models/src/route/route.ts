import type { Inquiry } from '@waystation/domain'
import type { Classify } from './classifier.ts'
import type { Decision } from './decision.ts'
import { createRules } from './rules.ts'
import type { RoutingSettings } from './settings.ts'

type Deps = {
  settings: Pick<RoutingSettings, 'default' | 'rules' | 'choice'>
  /** Absent where no classifier is set up. */
  classify?: Classify | undefined
  /** ms since 1970. */
  now: () => number
}

/**
 * Decides who answers: what is private stays local; what goes on, with whom it began; then the person's choice, where they have one; then the first rule
 * that matches; then the classifier; then the default. The first rule's parameters hold whoever decided.
 * What is private is neither cached nor shown to the classifier. Throws only what `signal` says.
 */
export function createRouter({ settings, classify, now }: Deps) {
  const match = createRules(settings.rules)

  return async (inquiry: Inquiry, signal: AbortSignal): Promise<Decision> => {
    const { first, pin } = match(inquiry, now())
    const parameters = {
      mayCache: first?.cache !== false,
      ...(first?.maxTokens === undefined ? {} : { maxTokens: first.maxTokens }),
      ...(first?.temperature === undefined ? {} : { temperature: first.temperature }),
    }
    if (inquiry.isPrivate || pin) {
      const reason = pin ? `rule:${pin.name}` : 'private'
      return { ...parameters, tier: 'local', isPrivate: true, reason, mayCache: false }
    }
    const decided = { ...parameters, isPrivate: false }
    if (inquiry.continues) return { ...decided, tier: inquiry.continues, reason: 'continued' }
    if (inquiry.choice && mayChoose(inquiry.sender.id)) return { ...decided, tier: inquiry.choice, reason: 'choice' }
    if (first?.tier) return { ...decided, tier: first.tier, reason: `rule:${first.name}` }
    const sorted = await classify?.(inquiry, signal)
    if (sorted) return { ...decided, tier: sorted.tier, reason: `classifier:${sorted.label}` }
    return { ...decided, tier: settings.default, reason: 'default' }
  }

  function mayChoose(sender: string): boolean {
    const { choice } = settings
    return choice === 'everyone' || (choice !== 'nobody' && choice.includes(sender))
  }
}
