import type { FeishuSimulator, TelegramSimulator } from '@waystation/testing'
import { onTestFailed, vi } from 'vitest'
import { gatherCrowd, gatherFeishuCrowd } from '../crowd.ts'
import type { Server } from './server.ts'
import { gatherWebCrowd } from './web-crowd.ts'

const SAY_EVERY_MS = 600
/** For what was held up: a platform that sends again, or a worker that comes back. */
const ANSWERED_WITHIN_MS = 60_000

type Deps = { server: Server; telegram: TelegramSimulator; feishu: FeishuSimulator }

/** People on all channels who write on and on. */
export async function gatherPeople({ server, telegram, feishu }: Deps) {
  const crowd = gatherCrowd(telegram, 20)
  const feishuCrowd = gatherFeishuCrowd(feishu, 10)
  const webCrowd = await gatherWebCrowd(server.origin, 10)
  const attemptsBefore = telegram.webhookAttempts.length
  const pushesBefore = feishu.pushes.length
  onTestFailed(server.explain)

  function sayNext(): void {
    crowd.sayNext()
    webCrowd.sayNext()
    // Feishu pushes events side by side: only those that were taken before have an order.
    if (feishu.unfinished().events === 0) feishuCrowd.sayNext()
  }
  const timer = setInterval(sayNext, SAY_EVERY_MS)

  const tallies = () => [crowd.tally(), feishuCrowd.tally(), webCrowd.tally()]
  const isAnswered = () =>
    telegram.unfinished().updates + feishu.unfinished().events + webCrowd.unsent() === 0 &&
    tallies().every(({ wrong }) => wrong.length === 0)

  return {
    /** Stops talking, waits until all is answered and nothing waits any more, and tells how it went. */
    async fallSilent() {
      clearInterval(timer)
      await vi
        .waitUntil(async () => isAnswered() && (await server.isIdle()), { timeout: ANSWERED_WITHIN_MS, interval: 500 })
        // What is still missing then is told in `wrong`.
        .catch(() => {})
      using _ = webCrowd
      return {
        wrong: tallies().flatMap(({ wrong }) => wrong),
        doubled: tallies().reduce((sum, { doubled }) => sum + doubled, 0),
        /** Messages that a sender could not know to have arrived, and sent again. */
        doubtful: await server.sum('sender', 'waystation_parts_total', { outcome: 'doubtful' }),
        /** Statuses other than success; 0 for no answer. */
        refused: [
          ...telegram.webhookAttempts.slice(attemptsBefore).map(({ status }) => status),
          ...feishu.pushes.slice(pushesBefore).map(({ status }) => status),
          ...webCrowd.refusals,
        ].filter(status => status !== 200),
      }
    },
  }
}
