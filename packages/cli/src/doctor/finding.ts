import type { Language, Words } from '../language.ts'
import type { Place } from './place.ts'

export type Colour = 'green' | 'yellow' | 'red'

/** What to do about it, in the words of the place. */
export type Cure = Readonly<Record<Language, string | ((at: Place) => string)>>

/** How it is looked at with all that the server is told. */
export const WITH_VARIABLES: Cure = { en: at => at.variables, zh: at => at.variables }

/** What was looked at, how it is, and what to do about it. */
export type Finding = {
  /** `<what>.<which>`, for programs. */
  name: string
  colour: Colour
  finding: Words
  cure?: Cure
  /** Mends it, where that can do no harm. What was done. */
  fix?: () => Promise<Words>
}

/** What is not well: the words of both languages, and what would mend it. */
type Trouble = Pick<Finding, 'finding' | 'fix'> & { cure: Cure }

export const green = (name: string, finding: Words): Finding => ({ name, colour: 'green', finding })
export const yellow = (name: string, trouble: Trouble): Finding => ({ name, colour: 'yellow', ...trouble })
export const red = (name: string, trouble: Trouble): Finding => ({ name, colour: 'red', ...trouble })

const order: readonly Colour[] = ['green', 'yellow', 'red']

/** Of findings of one name, that which is least well. */
export const worstOf = <One extends Pick<Finding, 'colour'>>(findings: readonly One[]): One[] =>
  findings.toSorted((one, other) => order.indexOf(other.colour) - order.indexOf(one.colour)).slice(0, 1)
