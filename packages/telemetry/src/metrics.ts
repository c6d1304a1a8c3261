import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** From a few milliseconds, our own share, to a minute, a slow model's. */
const STAGE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]

/** Every metric of Waystation but the depths, with its labels. */
export function createMetrics(registry: Registry) {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: `waystation_${name}_total`, help, labelNames, registers })
  return {
    received: counter('messages_received', 'Messages posted to an inbox', 'channel'),
    duplicated: counter('messages_duplicated', 'Messages a platform sent again', 'channel'),
    amended: counter('messages_amended', 'Edits of messages, by whether they came in time', 'channel', 'outcome'),
    rejected: counter('messages_rejected', 'Requests and messages refused', 'channel', 'reason'),
    ignored: counter('updates_ignored', 'Updates that hold no message for us', 'channel', 'reason'),
    turns: counter('turns', 'Attempts at turns, by how they ended', 'outcome'),
    tokens: counter('tokens', 'Tokens as the model counted them', 'tier', 'model', 'kind'),
    replies: counter('replies_delivered', 'Replies that left the outbox', 'channel', 'outcome'),
    parts: counter('parts', 'Parts of replies handed to a platform', 'channel', 'outcome'),
    retries: counter('retries', 'Work put off to be tried again', 'stage', 'reason'),
    deadLetters: counter('dead_letters', 'Turns and replies given up', 'kind', 'reason'),
    errors: counter('errors', 'Errors nobody expected', 'where'),
    stages: new Histogram({
      name: 'waystation_stage_seconds',
      help: 'Time a message spent in each stage: taken, first_token and committed since the one before, delivered since received',
      labelNames: ['stage'],
      buckets: STAGE_BUCKETS,
      registers,
    }),
  }
}

export type WaitingNow = { conversations: number; items: number; oldestAt?: number }

/** Gauges of what waits in a kind of box, counted when Prometheus asks. Every replica reports the same boxes: use max(). */
export function observeBox(
  registry: Registry,
  box: 'inbox' | 'outbox' | 'dead_letters',
  count: () => Promise<WaitingNow>,
): void {
  const registers = [registry]
  const age = new Gauge({ name: `waystation_${box}_oldest_seconds`, help: 'Age of the oldest', registers })
  const conversations = new Gauge({
    name: `waystation_${box}_conversations`,
    help: 'Conversations that have some',
    registers,
  })
  new Gauge({
    name: `waystation_${box}_depth`,
    help: 'How many there are',
    registers,
    async collect() {
      // While Redis is away the gauges keep their last value; `up` and readiness tell of the outage.
      const now = await count().catch(() => undefined)
      if (!now) return
      this.set(now.items)
      conversations.set(now.conversations)
      age.set(now.oldestAt === undefined ? 0 : Math.max(0, Date.now() - now.oldestAt) / 1000)
    },
  })
}
