import { Superseded } from '@waystation/mailbox'
import { type Redis, script } from '@waystation/redis'
import { type Notice, noticeSchema } from '../notice.ts'

/**
 * Longer than Alertmanager tries to send one notice again (its group_interval), shorter than it waits before it wants to
 * remind of what still fires (its repeat_interval, 4 h).
 */
const REMEMBER_MS = 60 * 60 * 1000
/** Beyond that the receiver is away for long, and Alertmanager keeps the rest. */
const MOST = 1000

/** At most `calls` in any stretch of `perMs` milliseconds. */
export type Limit = { calls: number; perMs: number }

/** One attempt to deliver the oldest notice of a box. */
export type Delivery = {
  receiver: string
  id: string
  /** `undefined`: it is none, such as one of another version of ours. */
  notice: Notice | undefined
  /** The fence: what an older attempt notes is refused. */
  attempt: number
  /** How often it was handed to the receiver, and how often that failed by no fault of the network. */
  tries: number
  failures: number
  /** It was handed to the receiver, and whether it arrived is not known. */
  isInDoubt: boolean
}

export type Box = ReturnType<typeof createBox>

/** The notices that wait for each receiver, oldest first. */
export function createBox(redis: Redis) {
  const lua = (name: string) => script(redis, new URL(`./${name}.lua`, import.meta.url))
  const [post, take, begin, fail, settle] = [lua('post'), lua('take'), lua('begin'), lua('fail'), lua('settle')]

  return {
    /** `duplicated`: the same waits, or was settled within the last hour. */
    async post(receiver: string, notice: Notice): Promise<'posted' | 'duplicated' | 'full'> {
      const { waiting, notices, settled } = keysOf(receiver)
      const posted = await post([waiting, notices, settled], [notice.id, JSON.stringify(notice), REMEMBER_MS, MOST])
      // post.lua answers with one of them.
      return posted as 'posted' | 'duplicated' | 'full'
    },

    async take(receiver: string): Promise<Delivery | undefined> {
      const { waiting, notices, delivery } = keysOf(receiver)
      const taken = (await take([waiting, notices, delivery], [])) as Taken | null
      if (taken === null) return undefined
      const [id, notice, attempt, tries, failures, sending] = taken
      return {
        receiver,
        id,
        notice: readStored(notice),
        attempt,
        tries: Number(tries),
        failures: Number(failures),
        isInDoubt: sending !== '',
      }
    },

    /** Notes that it is being sent; or returns how long the receiver's limits want to be waited for. Throws `Superseded`. */
    async begin({ receiver, attempt }: Delivery, limits: readonly Limit[]): Promise<number> {
      const { delivery, sent } = keysOf(receiver)
      return fenced(await begin([delivery, sent], [attempt, ...limits.flatMap(({ calls, perMs }) => [calls, perMs])]))
    },

    /** Throws `Superseded`. */
    async fail({ receiver, attempt }: Delivery, how: { isInDoubt: boolean; counts: boolean }): Promise<void> {
      const { delivery, sent } = keysOf(receiver)
      fenced(await fail([delivery, sent], [attempt, how.isInDoubt ? 1 : 0, how.counts ? 1 : 0]))
    },

    /** Delivered, or given up. Throws `Superseded`. */
    async settle({ receiver, id, attempt }: Delivery): Promise<void> {
      const { waiting, notices, settled, delivery, sent } = keysOf(receiver)
      fenced(await settle([waiting, notices, settled, delivery, sent], [attempt, id, REMEMBER_MS]))
    },

    /** What waits for a receiver; `oldestAt` in ms since 1970. */
    async census(receiver: string): Promise<{ items: number; oldestAt?: number }> {
      const { waiting, notices } = keysOf(receiver)
      const [items, oldest] = await Promise.all([redis.llen(waiting), redis.lindex(waiting, 0)])
      const notice = oldest === null ? undefined : readStored(await redis.hget(notices, oldest))
      return notice === undefined ? { items } : { items, oldestAt: notice.receivedAt }
    },
  }
}

/** What take.lua answers with. */
type Taken = [id: string, notice: string, attempt: number, tries: string, failures: string, sending: string]

const readStored = (json: string | null): Notice | undefined => noticeSchema.safeParse(JSON.parse(json || 'null')).data

/** One hash tag, so that the scripts of a receiver run on one node of a Redis Cluster. */
function keysOf(receiver: string) {
  const own = (name: string) => `waystation:{alerts.${receiver}}:${name}`
  return {
    /** list: ids of notices, oldest first */
    waiting: own('waiting'),
    /** hash: each of them, as JSON */
    notices: own('notices'),
    /** sorted set: ids of those delivered or given up in the last hour, by time */
    settled: own('settled'),
    /** hash: how far the oldest one is */
    delivery: own('delivery'),
    /** sorted set: the attempts that were sent of late, by when the receiver had them at the latest */
    sent: own('sent'),
  }
}

function fenced(answer: unknown): number {
  if (answer === -1) throw new Superseded()
  return Number(answer)
}
