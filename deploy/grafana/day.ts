import { setTimeout as sleep } from 'node:timers/promises'
import { alertmanagerGroup, startAlerts, startModel, startStation, startWecomRobot } from '@waystation/testing'
import { openSession, say } from '../../tests/web-session.ts'

const ROUND_MS = 250
/** Who may spend nothing more after a first answer. */
const POOR = 4_000_001
/** Fills a history of few tokens in some rounds. */
const LONG = 'as I was saying, '.repeat(10)

const processes = { 'gateway-web': 1, 'gateway-telegram': 1, 'gateway-feishu': 1, inference: 1, sender: 1 }

export type Day = AsyncDisposable & {
  /** Where each host of prometheus.yml is. */
  targets: Record<string, string[]>
  redisUrl: string
  /** Everything that is counted happens once, and then the usual again and again until the day is over. */
  begin(): void
}

/** A station on whose every channel people write, of which each kind of trouble befalls some. */
export async function startDay(): Promise<Day> {
  await using started = new AsyncDisposableStack()
  const dear = started.use(await startModel({ model: 'large' }))
  const station = started.use(
    await startStation({
      processes,
      feishu: {},
      settings: {
        models: {
          endpoints: [
            {
              name: 'dear',
              tier: 'commercial',
              baseUrl: dear.baseUrl,
              model: dear.model,
              price: { prompt: 1, completion: 2 },
            },
          ],
        },
        budgets: [
          { name: 'house', per: 'everybody', limit: 1_000, window: 'month', over: 'local' },
          { name: 'poor', per: 'user', limit: 0.000_001, window: 'day', over: 'refuse', match: [String(POOR)] },
        ],
        history: { tokens: 200 },
        cache: { minutes: 60 },
      },
    }),
  )
  const { telegram, feishu, model } = station
  const robot = started.use(await startWecomRobot())
  const receivers = { wecom: { kind: 'wecom', url: robot.url } }
  const alerts = started.use(await startAlerts({ redisUrl: station.redis.url, receivers }))
  const session = await openSession(station.web)
  const [anna, poor] = [telegram.privateChat(), telegram.privateChat({ id: POOR })]
  const bob = feishu.p2p()

  async function troubles(): Promise<void> {
    const update = anna.say('hello')
    const question = bob.say('hello')
    await station.settled()
    await telegram.deliver(update)
    await telegram.deliver(Buffer.from('{'))
    await say({ ...session, cookie: '' }, 'hello')
    anna.say('hello again', { edit: update.message?.message_id ?? 0 })
    bob.recall(question.event.message.message_id)
    bob.say('I am no person', { senderType: 'app' })
    await feishu.press(feishu.sent[0]?.messageId ?? '', '👍')
    await alerts.post('wecom', alertmanagerGroup())
    for (const _ of [1, 2, 3]) {
      poor.say('@pro hello')
      await station.settled()
    }
    anna.say('/help')
    for (const status of [500, 400]) {
      for (const one of [model, dear]) one.fault({ kind: 'status', status })
      telegram.fault('sendMessage', { status: status === 500 ? 500 : 403, description: 'Forbidden' })
      telegram.privateChat().say('@pro hello')
      await station.settled()
    }
    // As many as open a breaker.
    dear.fault({ kind: 'status', status: 500 }, { times: 5 })
    for (const _ of [1, 2, 3, 4, 5]) telegram.privateChat().say('@pro hello')
  }

  async function usual(round: number): Promise<void> {
    anna.say(`${round}: ${LONG}`)
    bob.say(`@pro ${round}: hello`)
    // An equal first question, which is answered from the cache.
    telegram.privateChat().say('what may I ask?')
    await say(session, `${round}: hello`)
    await sleep(ROUND_MS)
  }

  const over = new AbortController()
  let day = Promise.resolve()
  started.defer(async () => {
    over.abort()
    await day
  })
  const end = started.move()
  const addressOf = (origin: string) => new URL(origin).host
  return {
    redisUrl: station.redis.url,
    targets: {
      ...Object.fromEntries(station.processes.map(({ service, origin }) => [service, [addressOf(origin)]])),
      alerts: [addressOf(alerts.origin)],
    },
    begin() {
      const rounds = async () => {
        for (let round = 0; !over.signal.aborted; round += 1) await usual(round)
      }
      day = Promise.all([troubles(), rounds()]).then(() => {})
    },
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
}
