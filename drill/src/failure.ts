import type { Receiver, Site } from './site.ts'

/** Undoes what was done. */
type Mend = () => void | Promise<void>

/** One thing that goes wrong, by real means. */
export type Failure = {
  /** What is done, in a few words. */
  what: string
  /** Which alerts it brings, and to whom each goes. */
  tells: Readonly<Record<string, readonly Receiver[]>>
  /** Whom it may reach as well, once it is mended. */
  mayTell?: Readonly<Record<string, readonly Receiver[]>>
  /** Alerts that it brings as well and that nobody is told of, for they follow from the others. */
  keepsQuiet?: readonly string[]
  /** Why it cannot be caused here. */
  impossible?: () => string | undefined
  cause(site: Site): Promise<Mend>
}

/** Prometheus asks who has ended for up to 10 s more, which nothing makes shorter: where all else is, that is long. */
export const leavesLate: NonNullable<Failure['mayTell']> = { TargetDown: ['wecom', 'sms', 'mail'] }
