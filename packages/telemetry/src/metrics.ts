import type { Channel } from '@waystation/domain'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** From a few milliseconds, our own share, to a minute, a slow model's. */
const STAGE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]

const CHANNELS: Channel[] = ['feishu', 'telegram', 'web']

/** Every metric of Waystation but the depths, with its labels. */
export function createMetrics(registry: Registry) {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: `waystation_${name}_total`, help, labelNames, registers })
  /** Each bucket names the trace of one message that fell into it. prom-client refuses that for a registry in plain text. */
  const histogram = <Label extends string>(name: string, help: string, ...labelNames: Label[]) => {
    const config = { name: `waystation_${name}_seconds`, help, labelNames, buckets: STAGE_BUCKETS, registers: [] }
    // By its types an exemplar has a metric's own labels.
    const made = new Histogram<Label | 'trace_id'>({ ...config, enableExemplars: true })
    registry.registerMetric(made)
    return made
  }
  const metrics = {
    received: counter('messages_received', 'Messages posted to an inbox', 'channel'),
    duplicated: counter('messages_duplicated', 'Messages a platform sent again', 'channel'),
    amended: counter('messages_amended', 'Edits of messages, by whether they came in time', 'channel', 'outcome'),
    recalled: counter('messages_recalled', 'Messages taken back, by whether that came in time', 'channel', 'outcome'),
    votes: counter('votes', 'What people think of replies', 'channel', 'vote'),
    rejected: counter('messages_rejected', 'Requests and messages refused', 'channel', 'reason'),
    ignored: counter('updates_ignored', 'Updates that hold no message for us', 'channel', 'reason'),
    turns: counter('turns', 'Attempts at turns, by how they ended', 'outcome'),
    routes: counter('routes', 'Decisions who should answer', 'tier', 'reason'),
    cache: counter('cache', 'Questions that were looked up among the answers that are kept', 'outcome'),
    breakers: counter(
      'breaker_changes',
      'Endpoints that nobody asks for a while, and that are asked again',
      'endpoint',
      'outcome',
    ),
    calls: counter('model_calls', 'Calls of models, by how they ended', 'tier', 'endpoint', 'outcome'),
    callSeconds: histogram('model_call', 'Time of a model for a whole answer', 'tier', 'endpoint'),
    tokens: counter('tokens', 'Tokens as the model counted them', 'tier', 'model', 'kind'),
    cost: counter('cost', 'What calls of models cost, in the currency of the prices', 'tier', 'model'),
    folds: counter('folds', 'Attempts to sum up what was said long ago', 'outcome'),
    replies: counter('replies_delivered', 'Replies that left the outbox', 'channel', 'outcome'),
    parts: counter('parts', 'Parts of replies handed to a platform', 'channel', 'outcome'),
    retries: counter('retries', 'Work put off to be tried again', 'stage', 'reason'),
    deadLetters: counter('dead_letters', 'Turns and replies given up', 'kind', 'reason'),
    settings: counter('settings_changes', 'Changes of waystation.yaml, by whether they could be used', 'outcome'),
    errors: counter('errors', 'Errors nobody expected', 'where'),
    stages: histogram(
      'stage',
      'Time a message spent in each stage: taken, first_token and committed since the one before, delivered since received',
      'stage',
    ),
  }
  // Of a counter that appears with its first step Prometheus sees only the later ones: what alerts ask for starts at 0.
  for (const channel of CHANNELS) {
    metrics.rejected.inc({ channel, reason: 'unavailable' }, 0)
    for (const outcome of ['final', 'failed']) metrics.replies.inc({ channel, outcome }, 0)
  }
  metrics.turns.inc({ outcome: 'refused' }, 0)
  return metrics
}

export type WaitingNow = { conversations: number; items: number; oldestAt?: number }

/** Gauges of what waits in a kind of box, as `count` says when Prometheus asks. Every replica reports the same boxes: use max(). */
export function observeBox(
  registry: Registry,
  box: 'inbox' | 'outbox' | 'dead_letters',
  count: () => Promise<WaitingNow>,
): void {
  let counting: Promise<WaitingNow | undefined> | undefined

  /** One count for all gauges that are asked at once. While Redis is away they keep their last value; `up` and readiness tell of the outage. */
  function countOnce(): Promise<WaitingNow | undefined> {
    counting ??= count()
      .catch(() => undefined)
      .finally(() => {
        counting = undefined
      })
    return counting
  }

  function observe(name: string, help: string, read: (now: WaitingNow) => number): void {
    new Gauge({
      name: `waystation_${box}_${name}`,
      help,
      registers: [registry],
      async collect() {
        const now = await countOnce()
        if (now) this.set(read(now))
      },
    })
  }

  observe('depth', 'How many there are', ({ items }) => items)
  observe('conversations', 'Conversations that have some', ({ conversations }) => conversations)
  observe('oldest_seconds', 'Age of the oldest', ({ oldestAt = Date.now() }) => seconds(oldestAt))
}

const seconds = (since: number): number => Math.max(0, Date.now() - since) / 1000

/** What every worker knows of the endpoints' circuit breakers: 1 for one that is open. Use max(). */
export function observeBreakers(registry: Registry, states: () => ReadonlyMap<string, string>): void {
  new Gauge({
    name: 'waystation_breaker_open',
    help: 'Endpoints that nobody asks for a while',
    labelNames: ['endpoint'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [endpoint, state] of states()) this.set({ endpoint }, state === 'open' ? 1 : 0)
    },
  })
}

/** How much of each budget that all spend from together is spent, looked up when Prometheus asks. Use max(). */
export function observeBudgets(registry: Registry, usedShares: () => Promise<ReadonlyMap<string, number>>): void {
  new Gauge({
    name: 'waystation_budget_used_ratio',
    help: 'The share of a budget that is spent; 1 is all of it',
    labelNames: ['budget'],
    registers: [registry],
    async collect() {
      // While Redis is away it keeps its last values; `up` and readiness tell of the outage.
      const shares = await usedShares().catch(() => undefined)
      if (!shares) return
      this.reset()
      for (const [budget, share] of shares) this.set({ budget }, share)
    },
  })
}
