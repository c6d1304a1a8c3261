import type { Inquiry, Route } from '@waystation/domain'
import { createRouter } from '../src/route/route.ts'
import { routingSettings } from '../src/route/settings.ts'
import { domains, type Question } from './questions.ts'

type Domain = Question['domain']
/** A question, where it went and by which rule; `isRight`: to the tier it should go to, a private one for good. */
export type Sorted = Question & { tier: Route['tier']; rule: string; isPinned: boolean; isRight: boolean }
type Share = { right: number; of: number }
export type Measured = { domains: Record<Domain, Share>; all: Share; private: Share; needlesslyPinned: number }

const business: Domain[] = ['finance', 'legal', 'contracts', 'customers']

/** Asks the starter rules, without a classifier, where each question goes. */
export async function sort(questions: Question[]): Promise<Sorted[]> {
  const route = createRouter({ settings: routingSettings.parse({}), now: () => 0 })
  const never = new AbortController().signal
  return Promise.all(
    questions.map(async question => {
      const { tier, isPrivate: isPinned, reason } = await route(asked(question.text), never)
      const wanted = business.includes(question.domain) ? 'commercial' : 'local'
      const isRight = question.private ? isPinned && tier === 'local' : tier === wanted
      return { ...question, tier, isPinned, isRight, rule: reason.replace(/^rule:/, '') }
    }),
  )
}

export function measure(sorted: Sorted[]): Measured {
  const share = (some: Sorted[]): Share => ({ right: some.filter(({ isRight }) => isRight).length, of: some.length })
  const ofDomain = (domain: Domain) => share(sorted.filter(question => question.domain === domain))
  return {
    // One entry for each domain is what the type says.
    domains: Object.fromEntries(domains.map(domain => [domain, ofDomain(domain)])) as Measured['domains'],
    all: share(sorted),
    private: share(sorted.filter(question => question.private)),
    needlesslyPinned: sorted.filter(question => question.isPinned && !question.private).length,
  }
}

const asked = (text: string): Inquiry => ({
  conversation: 'web.eval.1',
  traceId: 'eval',
  sender: { id: 'eval' },
  senders: [],
  texts: [text],
  hasAttachments: false,
  isPrivate: false,
  persona: { name: 'eval', prompt: '' },
  isFresh: true,
  isAgain: false,
  promptFor: () => [],
})
