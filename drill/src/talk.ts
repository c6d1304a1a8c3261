import type { Site } from './site.ts'

/** So many take turns that nobody waits for an earlier answer. */
const PEOPLE = 40

/** People write to the bot in Telegram, at a steady rate, until what is returned is called. */
export function talk({ station: { telegram } }: Site, perSecond: number): () => void {
  const chats = Array.from({ length: PEOPLE }, () => telegram.privateChat())
  let said = 0
  const timer = setInterval(() => void chats[said++ % PEOPLE]?.say(`question ${said}`), 1_000 / perSecond)
  return () => clearInterval(timer)
}
