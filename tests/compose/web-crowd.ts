import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { tally } from '../crowd.ts'
import { openSession, readEvents, say, type WebSession } from '../web-session.ts'

/** A page tries again sooner than this. */
const RETRY_MS = 300

type Person = { id: string; unsent: string[]; replies: Map<string, string> }

/** People with the chat page open, who write `m1`, `m2` …, each one once the last was accepted, and read along. */
export async function gatherWebCrowd(web: string, size: number) {
  const leave = new AbortController()
  const people = new Map<string, Person>()
  /** The statuses of posts that were not accepted; 0 for no answer. */
  const refusals: number[] = []
  let said = 0

  for (let count = 0; count < size; count += 1) {
    const person: Person = { id: String(count), unsent: [], replies: new Map() }
    const session = await openSession(web)
    people.set(person.id, person)
    void write(session, person)
    void read(session, person)
  }

  async function write(session: WebSession, { unsent }: Person): Promise<void> {
    for (let id = randomUUID(); !leave.signal.aborted; ) {
      const [text] = unsent
      const status =
        text === undefined
          ? 0
          : await say(session, text, id).then(
              ({ status }) => status,
              () => 0,
            )
      if (status === 202) {
        unsent.shift()
        id = randomUUID()
      } else {
        if (text !== undefined) refusals.push(status)
        await sleep(RETRY_MS)
      }
    }
  }

  async function read(session: WebSession, { replies }: Person): Promise<void> {
    let last = ''
    while (!leave.signal.aborted) {
      try {
        for await (const { id, replyId, from = 0, text = '' } of readEvents(session, last, leave.signal)) {
          last = id ?? last
          if (replyId !== undefined) replies.set(replyId, (replies.get(replyId) ?? '').slice(0, from) + text)
        }
      } catch {
        // Cut off: the next stream goes on where this one ended.
      }
      await sleep(RETRY_MS)
    }
  }

  return {
    refusals,
    sayNext(): void {
      said += 1
      for (const { unsent } of people.values()) unsent.push(`m${said}`)
    },
    unsent: () => people.values().reduce((sum, { unsent }) => sum + unsent.length, 0),
    tally: () => tally({ texts: id => [...(people.get(id)?.replies.values() ?? [])] }, [...people.values()], said),
    [Symbol.dispose]: () => leave.abort(),
  }
}
