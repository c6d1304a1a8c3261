import type { Reply, Turn } from '@waystation/domain'

/**
 * What was given up, with everything needed to do it again: the messages of a turn, a reply that never
 * arrived, or what stood in an inbox and is no message, such as one of another version of ours.
 */
export type DeadLetter = {
  at: number
  /** The word it is counted under, and where our own code failed. */
  error: { code: string; stack?: string }
} & ({ kind: 'turn'; turn: Turn } | { kind: 'reply'; reply: Reply } | { kind: 'unreadable'; items: string[] })

/** `error` without its message, which may quote what people wrote. */
export function describe(error: unknown, code: string): DeadLetter['error'] {
  const frames = error instanceof Error ? error.stack?.match(/^\s+at .*$/gm)?.join('\n') : undefined
  return frames === undefined ? { code } : { code, stack: frames }
}
