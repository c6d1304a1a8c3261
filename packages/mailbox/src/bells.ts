import type { ConversationId } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import { DelayedError, type Job, Queue, Worker } from 'bullmq'

/** A killed worker's bells ring elsewhere after at most LOCK_MS + STALLED_CHECK_MS; BullMQ's own 30 s + 30 s are too long to wait. */
const LOCK_MS = 5_000
const STALLED_CHECK_MS = 2_500
/** A bell is only a hint; however often its workers died, it must ring. What poisons a worker is found by the turn's count of crashes. */
const NEVER = 1_000_000_000
const SWEEP_MS = 5_000
/** After an error of our own, such as Redis going away in the middle. */
const ERROR_PAUSE_MS = 1_000

type Bell<Id extends string> = { conversation: Id }

/** The boxes of conversations, and those of alerts' receivers (services/alerts). */
export type BoxName = 'alerts' | 'inbox' | 'outbox'

/** What is said of a box that was looked into: nothing, or when it should be looked into again. */
export type Again = { afterMs: number } | undefined

/** `Id`: what has a box of its own. */
export type Bells<Id extends string = ConversationId> = {
  /**
   * Asks that somebody looks into the box. At most one looks at a time; rung meanwhile, it rings once more after.
   * `hurry`: even if the last look asked for a pause.
   */
  ring(conversation: Id, options?: { hurry: boolean }): Promise<void>
  close(): Promise<void>
}

/** Bells, as those hold them who may also ask who hears. */
type Rope<Id extends string> = Bells<Id> & {
  /** How many processes listen. */
  listeners(): Promise<number>
  /** How many bells are answered now, ring for nobody yet, or ring at a later time. */
  counts(): Promise<{ active: number; waiting: number; delayed: number }>
}

export type Listener = {
  start(): Promise<void>
  /** Stops taking bells, and waits for those under way. */
  close(): Promise<void>
}

// One hash tag per queue, for Redis Cluster.
const location = (box: BoxName) => ({ prefix: `waystation:{${box}}` })
const queueName = 'bells'

/** `redis`: a connection that fails at once while Redis is away, so that a gateway can say 503. */
export function createBells<Id extends string = ConversationId>(box: BoxName, redis: Redis): Rope<Id> {
  const queue = new Queue<Bell<Id>, void, string>(queueName, {
    ...location(box),
    connection: redis,
    // Without it, add() hangs while Redis is away.
    skipWaitingForReady: true,
    skipMetasUpdate: true,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  })
  // Whoever rings hears of the failure; this only keeps Node from ending the process.
  queue.on('error', () => {})

  async function endPause(conversation: Id): Promise<void> {
    const id = await queue.getDeduplicationJobId(conversation)
    const bell = id === null ? undefined : await queue.getJob(id)
    // It refuses one that is not delayed: that is answered already, or next.
    await bell?.promote().catch(() => {})
  }

  return {
    async ring(conversation, { hurry } = { hurry: false }) {
      await queue.add('ring', { conversation }, { deduplication: { id: conversation, keepLastIfActive: true } })
      if (hurry) await endPause(conversation)
    },
    listeners: () => queue.getWorkersCount(),
    async counts() {
      const { active = 0, waiting = 0, delayed = 0 } = await queue.getJobCounts('active', 'waiting', 'delayed')
      // One of them is the next sweep.
      return { active, waiting, delayed: Math.max(0, delayed - 1) }
    },
    close: () => queue.close(),
  }
}

/**
 * Answers bells: `look` once per bell, never twice at once for one conversation, `concurrency` at a time; and `sweep`
 * every few seconds, on one of all listeners. `redis`: a connection that waits for Redis for ever.
 */
export function listen<Id extends string = ConversationId>(options: {
  box: BoxName
  redis: Redis
  concurrency: number
  look(conversation: Id): Promise<Again>
  sweep(): Promise<void>
  onError(error: unknown): void
}): Listener {
  const { box, redis, look, sweep, onError } = options
  const worker = new Worker<Bell<Id>, void, string>(
    queueName,
    async (job, token) => {
      if (job.name === 'sweep') return sweep()
      const again = await look(job.data.conversation).catch(error => {
        onError(error)
        return { afterMs: ERROR_PAUSE_MS }
      })
      if (again) await later(job, token, again.afterMs)
    },
    {
      ...location(box),
      connection: redis,
      concurrency: options.concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: NEVER,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      autorun: false,
    },
  )
  worker.on('error', onError)
  const scheduler = new Queue(queueName, { ...location(box), connection: redis })
  scheduler.on('error', onError)
  return {
    async start() {
      await scheduler.upsertJobScheduler('sweep', { every: SWEEP_MS }, { name: 'sweep' })
      worker.run().catch(onError)
    },
    async close() {
      await worker.close()
      await scheduler.close()
    },
  }
}

/** Uses up no attempt of BullMQ's; turns and replies count their own. */
async function later(job: Job, token: string | undefined, afterMs: number): Promise<never> {
  await job.moveToDelayed(Date.now() + afterMs, token)
  throw new DelayedError()
}
