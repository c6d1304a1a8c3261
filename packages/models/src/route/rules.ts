import type { Inquiry } from '@waystation/domain'
import { createHours } from './hours.ts'
import { createSearch } from './pattern.ts'
import type { Rule } from './rule.ts'
import { createFinder, isEdge, type Reading, read } from './words.ts'

type Conditions = Rule['when']
type About = Pick<Inquiry, 'conversation' | 'senders' | 'texts' | 'hasAttachments'>
/** Which rule decides, and which keeps it in the house, wherever that one stands. */
type Matches = { first: Rule | undefined; pin: Rule | undefined }

/** Reads every text of an inquiry; a rule matches where all its conditions hold for one of them. `now`: ms since 1970. */
export function createRules(rules: Rule[]): (inquiry: About, now: number) => Matches {
  const compiled = rules.map(rule => ({ rule, holds: compile(rule.when) }))
  return (inquiry, now) => {
    // Who sends only a picture wrote an empty text.
    const readings = (inquiry.texts.length > 0 ? inquiry.texts : ['']).map(read)
    const matching = compiled.filter(({ holds }) => holds(inquiry, readings, now)).map(({ rule }) => rule)
    return { first: matching[0], pin: matching.find(rule => rule.private) }
  }
}

function compile(when: Conditions): (inquiry: About, readings: Reading[], now: number) => boolean {
  const isSituation = situation(when)
  const isText = text(when)
  return (inquiry, readings, now) => isSituation(inquiry, now) && readings.some(isText)
}

function situation(when: Conditions): (inquiry: About, now: number) => boolean {
  const isTime = when.hours || when.days ? createHours(when) : () => true
  return ({ conversation, senders, hasAttachments }, now) =>
    (when.channel?.some(channel => isPartOf(conversation, channel)) ?? true) &&
    (when.conversation?.some(id => isPartOf(conversation, id)) ?? true) &&
    (when.sender?.some(id => senders.includes(id)) ?? true) &&
    (when.attachments === undefined || when.attachments === hasAttachments) &&
    isTime(now)
}

/** By whole parts: `telegram.1` holds `telegram.1.2`, and not `telegram.12.3`. */
const isPartOf = (conversation: string, id: string): boolean => `${conversation}.`.startsWith(id.replace(/\.*$/, '.'))

function text(when: Conditions): (reading: Reading) => boolean {
  const hasWord = when.words ? createFinder(when.words) : () => true
  const hasPattern = when.pattern ? createSearch(when.pattern) : () => true
  const prefixes = when.prefix?.map(prefix => read(prefix).text)
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = when
  return reading => {
    const length = Array.from(reading.text).length
    return (
      minLength <= length &&
      length <= maxLength &&
      beginsWith(reading, prefixes) &&
      hasWord(reading) &&
      hasPattern(reading)
    )
  }
}

/** A whole word too: `/bill` is not `/billing`. */
const beginsWith = (reading: Reading, prefixes: string[] | undefined): boolean =>
  prefixes?.some(prefix => reading.text.startsWith(prefix) && isEdge(reading, prefix.length)) ?? true
