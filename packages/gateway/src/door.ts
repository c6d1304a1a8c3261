import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from '@waystation/domain'
import { type Background, untilAvailable } from '@waystation/http'

/** How long the start waits for a platform, so that its one line can say whether the bot is there. */
const START_PATIENCE_MS = 3_000

type Options<Bot> = {
  /** Names the log line of a platform that does not say whose credentials these are. */
  event: string
  learn(signal: AbortSignal): Promise<Bot>
  /** Lets messages in, for as long as `signal` does not end where that takes work of ours. */
  letIn(bot: Bot, background: Background): Promise<void>
  log: Background['log']
  /** Hears of what nothing is left to try about; returns it in words for a person. */
  giveUp(error: unknown): string
}

export type Door<Bot> = ReturnType<typeof createDoor<Bot>>

/** A platform's way in: shut until the platform has told whose credentials these are, which is asked again and again. */
export function createDoor<Bot>({ event, learn, letIn, log, giveUp }: Options<Bot>) {
  const closing = new AbortController()
  const background = { log, signal: closing.signal }
  const attempted = Promise.withResolvers<void>()
  let bot: Bot | undefined
  let trouble = 'no answer yet'
  let work = Promise.resolve()

  async function begin(): Promise<void> {
    const me = await untilAvailable(event, learnOnce, background)
    await letIn(me, background)
  }

  async function learnOnce(): Promise<Bot> {
    try {
      bot = await learn(closing.signal)
      return bot
    } catch (error) {
      trouble = error instanceof Error ? error.message : errorCode(error)
      throw error
    } finally {
      attempted.resolve()
    }
  }

  return {
    /** Who reads; `undefined` while the door is shut. */
    bot: () => bot,
    /** Why it is shut. */
    trouble: () => trouble,

    async open(): Promise<void> {
      work = begin().catch(error => {
        if (closing.signal.aborted) return
        trouble = giveUp(error)
        bot = undefined
      })
      await Promise.race([attempted.promise, sleep(START_PATIENCE_MS, undefined, { ref: false })])
    },

    /** Resolves once nothing of it is under way any more. */
    async close(): Promise<void> {
      closing.abort()
      await work
    },
  }
}
